"""The loop of `watch` and `serve`: an edit that falls into a build is taken over, a build's own lines are no edit."""

import threading

import pytest

from builder.build import Options
from builder.loop import Loop, watched
from tests.build.sites import ENVIRON, TestSite, difference

FORMER = "---\ntitle: About\naliases: [/former/]\n---\nHello\n"


@pytest.fixture
def site(tmp_path, monkeypatch) -> TestSite:
    monkeypatch.setattr("builder.watch.RESCAN_SECONDS", 0.1)
    site = TestSite(tmp_path)
    site.write("pages/about.md", FORMER)
    return site


class Editor:
    """Makes an edit in the midst of the first build; counts the builds."""

    def __init__(self, edit=lambda: None):
        self.edit = edit
        self.built_first = threading.Event()
        self.count = 0

    def building(self):
        self.count += 1

    def progress(self, what, count):
        if self.count == 1 and what == "pages looked at":
            self.edit()

    def built(self, report):
        self.built_first.set()

    def failed(self, error):
        raise error


def watch(site: TestSite, listener: Editor, seconds: float) -> None:
    """Let the loop run for some seconds more after its first build."""
    stop = threading.Event()
    with watched(site.places) as watcher:
        loop = threading.Thread(
            target=Loop(site.places, ENVIRON, Options(wait=True), listener).run, args=(watcher, stop)
        )
        loop.start()
        assert listener.built_first.wait(60)
        stop.wait(seconds)
        watcher.stop(stop)
        loop.join(60)


@pytest.mark.parametrize("adds", [True, False], ids=["beside lines of the build", "alone"])
def test_redirects_that_are_written_while_a_build_runs_are_taken_over(site, adds):
    site.build()
    site.write("pages/about.md", FORMER.replace("aliases: [/former/]\n", "") if adds else FORMER + "More.\n")

    def edit():
        with (site.source / "redirects.yaml").open("a") as file:
            file.write("/hand/: /vj/\n")

    listener = Editor(edit)
    watch(site, listener, 3)

    assert listener.count == 2
    assert {"hand/index.html", "former/index.html"} <= site.tree().keys()
    assert difference(site.tree(), site.clean_tree()) == []


def test_redirects_that_a_build_writes_itself_start_no_other(site):
    site.build()
    site.write("pages/about.md", FORMER.replace("aliases: [/former/]\n", ""))
    listener = Editor()
    watch(site, listener, 2)

    assert (site.source / "redirects.yaml").exists()
    assert listener.count == 1
