"""What holds for all tests: how they are shared among worker processes, and that nothing is left out in silence.

A module that starts a browser or a server does so once per worker that runs any of its tests, so its tests stay
together; all others are shared one by one. A long test that needs what the machine has not records the property
`not tried` instead of skipping; the end of the run lists them.
"""

import pytest

TOGETHER = ("tests/player/", "tests/browser/", "tests/serve/", "tests/packaging/", "tests/collect/", "tests/demo/")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        module = item.nodeid.split("::", 1)[0]
        if module.startswith(TOGETHER):
            item.add_marker(pytest.mark.xdist_group(module))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reports = [report for report in terminalreporter.getreports("passed") if report.when == "call"]
    told = [(report.nodeid, what) for report in reports for name, what in report.user_properties if name == "not tried"]
    if told:
        terminalreporter.section("NOT TRIED ON THIS MACHINE", sep="!")
        for nodeid, what in told:
            terminalreporter.write_line(f"{nodeid}: {what}")
