"""The loader of the YAML library: libyaml's where the wheel has it, 20 times as fast; loaded with the first text."""

from __future__ import annotations

from typing import Any

import yaml

LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the library publishes no type for both
