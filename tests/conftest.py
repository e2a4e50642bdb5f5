"""What holds for all tests: how they are shared among worker processes.

A module that starts a browser or a server does so once per worker that runs any of its tests, so its tests stay
together; all others are shared one by one.
"""

import pytest

TOGETHER = ("tests/player/", "tests/browser/", "tests/serve/", "tests/packaging/", "tests/collect/", "tests/demo/")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        module = item.nodeid.split("::", 1)[0]
        if module.startswith(TOGETHER):
            item.add_marker(pytest.mark.xdist_group(module))
