"""What holds for all tests: how they are shared among worker processes, and that nothing is left out in silence.

A module that starts a browser or a server does so once per worker that runs any of its tests, so its tests stay
together; all others are shared one by one. A long test that needs what the machine has not records the property
`not tried` instead of skipping; the end of the run lists them.
"""

import signal

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

TOGETHER = ("tests/player/", "tests/browser/", "tests/serve/", "tests/packaging/", "tests/collect/", "tests/demo/")


class Modules(LoadScopeScheduling):
    """Shares tests out by module where modules are costly to begin, the largest first, and one by one elsewhere."""

    def _split_scope(self, nodeid: str) -> str:
        module = nodeid.split("::", 1)[0]
        return module if module.startswith(TOGETHER) else nodeid


def pytest_configure() -> None:
    """Hear every signal: what a job in the background or `nohup` ignores, the commands under test would ignore too."""
    for number, action in ((signal.SIGINT, signal.default_int_handler), (signal.SIGHUP, signal.SIG_DFL)):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, action)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Modules:
    return Modules(config, log)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reports = [report for report in terminalreporter.getreports("passed") if report.when == "call"]
    told = [(report.nodeid, what) for report in reports for name, what in report.user_properties if name == "not tried"]
    if told:
        terminalreporter.section("NOT TRIED ON THIS MACHINE", sep="!")
        for nodeid, what in told:
            terminalreporter.write_line(f"{nodeid}: {what}")
