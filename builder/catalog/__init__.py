"""The catalog: what the logs told, merged and grouped, in one SQLite file that can be deleted at any time."""

from builder.catalog.catalog import Catalog
from builder.catalog.refresh import Inputs, Refresh
from builder.catalog.values import (
    Note,
    RefreshReport,
    Stated,
    StreamTotal,
)

__all__ = [
    "Catalog",
    "Inputs",
    "Note",
    "Refresh",
    "RefreshReport",
    "Stated",
    "StreamTotal",
]
