"""`pull --status`: what became of known files, asked of an application that may not be the one that has them."""

import itertools
import json

import pytest

from builder.cli import run
from tests.provider.support import ENVIRON, Provider, aftercast, media, new_site, serving

A, B, C = (f"520000000000000000{number}" for number in (1, 2, 3))
ENDS = {A: 1_754_006_400, B: 1_754_026_400, C: 1_754_046_400}
MANY = [f"52{number:017d}" for number in range(100, 145)]  # three groups; the oldest have the lowest ids
ENDS |= {name: 1_754_100_000 + number * 20_000 for number, name in enumerate(MANY)}
SUB = 1500001
LISTING = ("--since", "2025-08-01", "--until", "2025-08-02")


class Library:
    """What lies in which application (None: the main one), and what is forbidden."""

    def __init__(self):
        self.owner, self.forbidden, self.gone = {A: None, B: None, C: None}, set(), set()
        self.archived, self.updated, self.basic = set(), {}, {}

    def __call__(self, ask):
        has = {name for name, owner in self.owner.items() if owner == ask.get("SubAppId")} - self.gone
        asked = ask.get("FileIds", sorted(has))  # none: a listing
        there = [name for name in asked if name in has]
        return {
            "TotalCount": len(there),
            "MediaInfoSet": [self.media(name) for name in there],
            "NotExistFileIdSet": [name for name in asked if name not in has],
        }

    def media(self, name):
        status = "Forbidden" if name in self.forbidden else "Normal"
        storage = "ARCHIVE" if name in self.archived else "STANDARD"
        basic = {"Status": status, "StorageClass": storage, "UpdateTime": self.updated.get(name, "")}
        return media(name, ENDS[name], **{**basic, **self.basic.get(name, {})})


@pytest.fixture
def library():
    return Library()


@pytest.fixture
def site(tmp_path, monkeypatch, library, capsys):
    for name in ("TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY"):
        monkeypatch.setenv(name, ENVIRON[name])
    provider = Provider(library)
    with serving(provider) as address:
        yield Site(new_site(tmp_path), address, capsys, provider)


class Site:
    """A site whose notifications told of files; `status` asks, `shown` lists the files that are shown."""

    def __init__(self, source, address, capsys, provider):
        self.source, self.address, self.capsys, self.provider = source, address, capsys, provider

    def notify(self, *file_ids, host="1250000000"):
        with (self.source / "recordings" / "told.jsonl").open("a") as file:
            for name in file_ids:
                body = {
                    "event_type": 100, "appid": 1250000000, "app": "push.example.com", "appname": "live",
                    "stream_id": "s", "file_id": name, "file_format": "mp4", "start_time": ENDS[name] - 600,
                    "end_time": ENDS[name], "duration": 600, "file_size": 1000,
                    "video_url": f"http://{host}.vod2.myqcloud.com/a/{name}/f0.mp4",
                }  # fmt: skip
                file.write(json.dumps(body) + "\n")

    def pull(self, *more):
        code = run(["pull", "--source", str(self.source), "--rate", "1000", "--endpoint", self.address, *more])
        return code, self.capsys.readouterr().err

    def status(self, *more):
        return self.pull("--status", *more)

    def list(self):
        assert self.pull(*LISTING)[0] == 0

    def parts(self):
        lines = aftercast("sessions", "--json", "--source", str(self.source)).splitlines()
        return [part for line in lines for track in json.loads(line)["tracks"] for part in track["parts"]]

    def shown(self):
        return [part["file_id"] for part in self.parts()]

    def playing(self):
        return [part["file_id"] for part in self.parts() if part["url"]]

    def answers(self):
        return [json.loads(path.read_bytes())["Response"] for path in sorted(self.source.rglob("status/*.json"))]


def test_a_file_that_was_forbidden_comes_back_when_it_is_allowed_again(site, library):
    """No session shows it any more; it is asked about all the same, and a new file beside it changes nothing."""
    site.notify(A, B)
    library.forbidden = {A}
    site.status()
    forbidden = site.shown()
    library.forbidden = set()
    site.notify(C)
    site.status()

    assert forbidden == [B]
    assert site.shown() == [A, B, C]
    assert [row["FileId"] for answer in site.answers() for row in answer["MediaInfoSet"]] == [A, B, C]


def test_a_file_that_was_listed_as_forbidden_comes_back_when_it_is_allowed_again(site, library):
    """Both answers are of the same time as far as they tell, and of two such the severer would hold."""
    library.forbidden = {A}
    site.list()
    forbidden = site.shown()
    library.forbidden = set()
    site.status()
    allowed = site.shown()
    library.gone = {A}
    site.status()

    assert (forbidden, allowed) == ([B, C], [A, B, C])
    assert site.shown() == [B, C]


@pytest.mark.parametrize(
    "told",
    [
        {"Status": "FORBIDDEN"},
        {"Status": "Reviewing"},
        {"Status": 2},
        {"Status": "Forbidden", "UpdateTime": "yesterday"},
        {"StorageClass": "ARCHIVE", "UpdateTime": "yesterday"},
    ],
    ids=lambda told: " ".join(map(str, told.values())),
)
@pytest.mark.parametrize("ask", ["list", "status"])
def test_whatever_withholds_a_file_goes_by_a_newer_answer(ask, told, site, library):
    """What the build cannot read closes, so it may not be what is newest for ever."""
    library.updated = {A: "2025-08-03T00:00:00Z"}
    library.basic = {A: told}
    site.notify(A, B, C)
    site.list() if ask == "list" else site.status()
    withheld = site.playing()
    library.basic = {}
    site.status()

    assert (withheld, site.playing()) == ([B, C], [A, B, C])


@pytest.mark.parametrize(
    "told",
    [{"Status": "Reviewing"}, {"UpdateTime": "yesterday", "ExpireTime": "2025-08-02T00:00:00Z"}],
    ids=" ".join,
)
def test_a_file_that_only_a_listing_withholds_is_asked_about(told, site, library):
    """Of a row that the build refuses it knows no recording, nor the host of its media."""
    library.basic = {A: told}
    site.list()
    withheld = site.shown()
    library.basic = {}
    site.status("--stream", "s")
    of_stream = site.shown()
    site.status()

    assert (withheld, of_stream) == ([B, C], [B, C])
    assert site.shown() == [A, B, C]


@pytest.mark.parametrize(("more", "of_streams"), [((), ""), (("--stream", "other"), " of these streams")])
def test_that_there_is_nothing_to_ask_about_is_said(more, of_streams, site):
    if more:
        site.notify(A)

    code, said = site.status(*more)

    there = f"there are no recordings{of_streams} to ask about, none with a file id of VOD"
    where = f"0 calls, 0 new answers in `{site.source}/recordings/pulled`"
    assert (code, said.splitlines()) == (0, [f"aftercast: {there}", f"aftercast: {where}"])


def test_calls_and_answers_agree_with_their_numbers(site):
    site.notify(A)

    assert f"aftercast: 1 call, 1 new answer in `{site.source}/recordings/pulled`" in site.status()[1].splitlines()


def test_what_is_no_id_of_a_file_is_not_asked_about(site, library):
    """Ids become names of files on the disk, and an answer may hold anything."""
    rows = [media(name, ENDS[A], Status="Reviewing") for name in (A, "../x")]
    site.provider.answer = lambda ask: {"TotalCount": 2, "MediaInfoSet": rows}
    site.list()
    site.provider.answer = library
    site.status()

    assert site.provider.asked[-1]["FileIds"] == [A]


@pytest.mark.parametrize("before", ["archived", "forbidden"])
def test_a_file_that_was_listed_as_archived_plays_again_when_it_is_restored(before, site, library):
    """Also one that was forbidden too; what is archived still is not told to play."""
    library.archived = {A, B}
    library.forbidden = {A} if before == "forbidden" else set()
    site.list()
    library.archived, library.forbidden = {B}, set()
    site.status()

    assert site.playing() == [A, C]
    assert site.shown() == [A, B, C]


def test_an_application_that_never_had_a_file_does_not_delete_it(site, library):
    """It answers "does not exist" about every file of the other one."""
    library.owner = {A: None, B: SUB, C: SUB}
    site.notify(A)
    site.notify(B, C, host=str(SUB))
    said = [site.status(*more) for more in ((), ("--sub-app-id", str(SUB)), ())]

    assert [code for code, _ in said] == [0, 0, 0]
    assert "2 files are unknown to this account and stay as the records tell" in said[0][1]
    assert "1 file is unknown to this account and stays as the records tell" in said[1][1]
    assert site.shown() == [A, B, C]


def test_what_was_deleted_before_anybody_asked_is_gone_where_others_of_its_host_are_known(site, library):
    site.notify(A, B, C)
    library.gone = {B}
    code, said = site.status()

    assert (code, "unknown" in said) == (0, False)
    assert site.shown() == [A, C]


def test_of_two_applications_at_one_host_each_takes_back_what_the_other_said(site, library):
    library.owner = {A: None, B: SUB}
    site.notify(A, B)
    site.status()
    buried = site.shown()
    site.status("--sub-app-id", str(SUB))

    assert buried == [A]
    assert site.shown() == [A, B], "what the first one knows is not for the other to bury"


def test_a_file_that_is_listed_after_it_was_taken_for_deleted_comes_back(site, library):
    """Its id is never used again, so it was not deleted; an older listing of it proves nothing."""
    site.list()
    library.gone = {B, C}
    site.status()
    buried = site.shown()
    library.gone = {C}
    site.pull(*LISTING, "--stream", "s")

    assert buried == [A]
    assert site.shown() == [A, B]


def test_a_file_that_is_listed_no_more_is_told_until_it_is_known_what_became_of_it(site, library, monkeypatch):
    """A listing of the present day lacks it: it was deleted, or the answer had a row less."""
    clock = itertools.count(ENDS[C] + 3600.0, 60.0)
    monkeypatch.setattr("builder.cli.pull.time.time", lambda: next(clock))
    today = ("--since", "2025-08-01")
    site.pull(*today)
    library.gone = {B}
    told = [site.pull(*today)[1] for _ in range(2)]
    listed = site.shown()
    site.status()
    site.pull(*today)

    assert "0 new answers" in told[1]
    assert listed == [A, B, C]
    assert site.shown() == [A, C], "deleted"
    library.gone = set()
    site.pull(*today)
    assert site.shown() == [A, B, C], "listed again"


def test_a_file_that_another_application_lists_comes_back(site, library):
    library.owner = {A: None, B: SUB}
    site.notify(A, B)
    site.status()
    buried = site.shown()
    site.pull(*LISTING, "--sub-app-id", str(SUB))
    listed = site.shown()
    site.status()

    assert (buried, listed) == ([A], [A, B])
    assert site.shown() == listed, "what the first one does not know is not for it to bury"


def test_a_file_that_was_forbidden_stays_so_where_a_listing_tells_of_no_later_update(site, library):
    """The listing may be older than it looks."""
    library.forbidden = {A}
    site.notify(A, B, C)
    site.status()
    library.forbidden = set()
    site.list()

    assert site.shown() == [B, C]


def test_a_key_that_was_rotated_tells_of_the_same_application(site, library, monkeypatch):
    """What the answers to the former key told of is for the new one to bury, but not for another application."""
    site.notify(A, B)
    site.status()
    library.gone = {B}
    monkeypatch.setenv("TENCENTCLOUD_SECRET_ID", "another")
    library.owner = {A: SUB, B: None}
    site.status("--sub-app-id", str(SUB))
    other = site.shown()
    library.owner = {A: None, B: None}
    site.status()

    assert other == [A, B]
    assert site.shown() == [A]


def test_what_an_application_had_and_has_no_more_is_deleted_until_it_has_it_again(site, library):
    site.notify(A, B)
    site.status()
    library.gone = {B}
    site.status()
    without = site.shown()
    site.notify(C)  # the groups that are asked about are others now
    site.status()
    still_without = site.shown()
    library.gone = set()
    site.status()

    assert (without, still_without) == ([A], [A, C])
    assert site.shown() == [A, B, C]


def test_the_application_that_has_a_file_takes_back_what_another_said(site, library):
    """As answers were laid once: what the main application does not know was stored as deleted."""
    library.owner = {A: None, B: SUB}
    site.notify(A, B)
    old = site.source / "recordings" / "pulled" / "status" / "0123456789abcdef.json"
    old.parent.mkdir(parents=True)
    old.write_text(json.dumps({"Response": {"MediaInfoSet": [media(A, ENDS[A])], "NotExistFileIdSet": [B]}}))
    buried = site.shown()
    site.status()
    site.status("--sub-app-id", str(SUB))

    assert buried == [A]
    assert site.shown() == [A, B]
    assert not old.exists()


# --- a round of many files ---


def test_old_files_that_are_all_gone_are_gone_in_the_first_run(site, library):
    """Their groups are asked about before the first file that tells where the account is at home."""
    library.owner = dict.fromkeys(MANY)
    library.gone = set(MANY[:40])
    site.notify(*MANY)
    code, said = site.status()

    assert (code, "unknown" in said) == (0, False)
    assert site.shown() == MANY[40:]


@pytest.mark.parametrize("budget", ["1", "2"])
def test_a_round_of_more_groups_than_the_budget_is_gone_on_with(budget, site, library):
    """Also where nothing in the first groups is known: each group is asked about once, and the end is the same."""
    library.owner = dict.fromkeys(MANY)
    library.gone = set(MANY[:40])
    site.notify(*MANY)
    said = [site.status("--budget", budget)]
    while "run it again to go on" in said[-1][1]:
        said.append(site.status("--budget", budget))
        assert len(said) < 6

    assert [code for code, _ in said] == [0] * len(said)
    assert [ask["FileIds"][0] for ask in site.provider.asked] == [MANY[0], MANY[20], MANY[40]]
    assert site.shown() == MANY[40:]
    assert not list(site.source.rglob(".status/*")), "nothing waits"


def test_what_is_forbidden_need_not_wait_for_the_end_of_a_round(site, library):
    library.owner = dict.fromkeys(MANY)
    library.forbidden = {MANY[0]}
    site.notify(*MANY)
    site.status("--budget", "1")

    assert site.shown() == MANY[1:]


def test_a_round_in_which_no_file_is_known_changes_nothing_however_many_runs_it_takes(site, library):
    library.owner = dict.fromkeys(MANY, SUB)
    site.notify(*MANY)
    codes = [site.status("--budget", "2")[0] for _ in range(2)]

    assert codes == [0, 7]
    assert site.shown() == MANY
    assert not (site.source / "recordings" / "pulled").exists()


def test_a_run_that_fails_is_gone_on_with_by_the_next(site, library):
    """What came before the service failed is kept."""
    library.owner = dict.fromkeys(MANY)
    library.gone = set(MANY[:40])
    site.notify(*MANY)
    broken = {"Error": {"Code": "Broken", "Message": "x"}}
    site.provider.answer = lambda ask: broken if ask["FileIds"][0] == MANY[40] else library(ask)
    failed, shown = site.status()[0], site.shown()
    site.provider.answer = library
    code = site.status()[0]

    assert (failed, shown, code) == (7, MANY, 0)
    assert [ask["FileIds"][0] for ask in site.provider.asked] == [MANY[0], MANY[20], MANY[40], MANY[40]]
    assert site.shown() == MANY[40:]


def fail_at(site, library, *names, code="FailedOperation"):
    """Let the service fail at whatever asks about one of some files."""
    broken = {"Error": {"Code": code, "Message": "x"}}
    site.provider.answer = lambda ask: broken if {*names} & {*ask["FileIds"]} else library(ask)


@pytest.mark.parametrize("bad", [MANY[0], MANY[25], MANY[44]])
def test_a_file_at_which_the_service_fails_keeps_no_other_from_being_asked_about(bad, site, library):
    """It had stopped every round at its group; it is told, and asked about again."""
    library.owner = dict.fromkeys(MANY)
    library.gone = {MANY[3], MANY[22], MANY[43], bad}
    site.notify(*MANY)
    fail_at(site, library, bad)
    failed = [site.status() for _ in range(2)]
    shown = site.shown()
    site.provider.answer = library
    begin = len(site.provider.asked)
    code = site.status()[0]

    assert ([code for code, _ in failed], code) == ([7, 7], 0)
    assert all(f"file `{bad}`: `DescribeMediaInfos` failed: FailedOperation" in said for _, said in failed)
    assert shown == [name for name in MANY if name == bad or name not in library.gone]
    assert site.shown() == [name for name in MANY if name not in library.gone]
    assert len(site.provider.asked) == begin + 3, "a group that does not fail is asked about at once"
    assert not list(site.source.rglob(".status/*")), "nothing waits"


@pytest.mark.parametrize("code", ["FailedOperation", "InvalidParameter"])
def test_a_bad_file_that_is_the_first_of_the_last_group_is_one_failure(code, site, library):
    """Its group and itself counted as two in turn, which ended the run and named it twice."""
    library.owner = dict.fromkeys(MANY)
    library.gone = {MANY[43]}
    site.notify(*MANY)
    fail_at(site, library, MANY[40], code=code)
    code_of_run, said = site.status()

    assert code_of_run == 7
    assert said.count(MANY[40]) == 1
    assert "two questions in turn failed" not in said
    assert site.shown() == [name for name in MANY if name != MANY[43]]
    assert not list(site.source.rglob(".status/*")), "the round is over"


REFUSALS = [
    "InvalidParameter",
    "InvalidParameterValue.FileIds",
    "ResourceNotFound.FileNotExist",
    "UnsupportedOperation",
]


@pytest.mark.parametrize("code", REFUSALS)
def test_a_file_id_that_is_refused_keeps_no_other_from_being_asked_about(code, site, library):
    """Its group is asked about file by file, and what is deleted behind it is told."""
    library.owner = dict.fromkeys(MANY)
    library.gone = {MANY[3], MANY[43]}
    site.notify(*MANY)
    fail_at(site, library, MANY[5], code=code)
    code_of_run, said = site.status()

    assert code_of_run == 7
    assert f"file `{MANY[5]}`: `DescribeMediaInfos` was refused: {code}" in said
    assert len(site.provider.asked) == 3 + 20
    assert site.shown() == [name for name in MANY if name not in library.gone]


@pytest.mark.parametrize("code", ["InvalidParameterValue.SubAppId", "ResourceNotFound.UserNotExist", "Broken"])
def test_a_refusal_that_is_not_about_files_ends_the_run(code, site, library):
    site.notify(*MANY)
    fail_at(site, library, *MANY, code=code)

    assert site.status()[0] == 7
    assert len(site.provider.asked) == 1


@pytest.mark.parametrize("budget", ["2", "500"])
@pytest.mark.parametrize("bad", [MANY[20:22], [MANY[5], MANY[30]], [MANY[0], MANY[44]]])
def test_files_at_which_the_service_fails_are_passed_in_some_runs(bad, budget, site, library, monkeypatch):
    """Side by side they look like a service that is down, and a small budget is spent on each of them."""
    monkeypatch.setattr("builder.pull.calls.FIRST_WAIT_SECONDS", 0.0)
    library.owner = dict.fromkeys(MANY)
    library.gone = {MANY[3], MANY[22], MANY[43]}
    site.notify(*MANY)
    fail_at(site, library, *bad, code="InternalError")
    codes = []
    while len(codes) < 40 and (not codes or list(site.source.rglob(".status/*"))):
        codes.append(site.status("--budget", budget)[0])

    assert set(codes) <= {0, 7}
    assert 7 in codes
    assert site.shown() == [name for name in MANY if name not in library.gone]


@pytest.mark.parametrize("bad", [MANY[0], MANY[44]])
def test_a_round_in_small_budgets_ends_with_what_failed_in_it(bad, site, library):
    """Also where another run than its last found that out."""
    library.owner = dict.fromkeys(MANY)
    site.notify(*MANY)
    fail_at(site, library, bad)
    said = [site.status("--budget", "1")]
    while list(site.source.rglob(".status/*")):
        said.append(site.status("--budget", "1"))
        assert len(said) < 50

    assert said[-1][0] == 7
    assert f"file `{bad}`: `DescribeMediaInfos` failed: FailedOperation" in said[-1][1]


def test_a_service_that_is_down_is_not_asked_about_every_file(site, library):
    """Two groups tell that; when it is up again, everything comes in one run."""
    library.owner = dict.fromkeys(MANY)
    library.gone = set(MANY[:30])
    site.notify(*MANY)
    fail_at(site, library, *MANY)
    code, said = site.status()
    asked = len(site.provider.asked)
    site.provider.answer = library
    again = site.status()[0]

    assert (code, asked, again) == (7, 2, 0)
    assert f"file `{MANY[20]}` and 19 more: `DescribeMediaInfos` failed" in said
    assert "the budget is spent" not in said
    assert site.shown() == MANY[30:]


def test_a_service_that_fails_at_all_but_unknown_files_is_not_taken_for_another_account(site, library):
    library.owner = {A: None, B: SUB}
    site.notify(A, B)
    fail_at(site, library, A)
    code, said = site.status()

    assert code == 7
    assert f"file `{A}`" in said
    assert "nothing was changed" not in said
    assert site.shown() == [A, B]


def begin_round(site, library, unknown):
    """Ask about the first group of three, in which some files are of another application: their answer waits."""
    library.owner = {name: SUB if name in unknown else None for name in MANY}
    site.notify(*(name for name in MANY if name not in unknown))
    site.notify(*unknown, host=str(SUB))
    site.status("--budget", "1")


@pytest.mark.parametrize("ask", [("--status", "--stream", "s"), LISTING])
def test_what_was_forbidden_while_a_round_went_on_stays_forbidden_at_its_end(ask, site, library):
    """What the round was told first is the older answer, also where it waits because of another file of its group."""
    begin_round(site, library, [MANY[1]])
    library.forbidden = {MANY[0]}
    site.pull(*ask)
    forbidden = site.shown()
    site.status()

    assert forbidden == [name for name in MANY if name != MANY[0]]
    assert site.shown() == forbidden


def test_what_was_deleted_while_a_round_went_on_stays_deleted_at_its_end(site, library):
    begin_round(site, library, [MANY[1]])
    library.gone = {MANY[0]}
    site.status("--stream", "s")
    without = site.shown()
    site.status()

    assert without == [name for name in MANY if name != MANY[0]]
    assert site.shown() == without


@pytest.mark.parametrize("ask", [("--status", "--stream", "s"), LISTING])
def test_what_is_known_while_a_round_goes_on_is_not_deleted_at_its_end(ask, site, library):
    """It lay in another application, at the same media host, when the round asked about it."""
    library.owner = dict.fromkeys(MANY, None) | {MANY[0]: SUB}
    site.notify(*MANY)
    broken = {"Error": {"Code": "Broken", "Message": "x"}}
    site.provider.answer = lambda ask: broken if ask["FileIds"][0] != MANY[0] else library(ask)
    site.status()  # fails before the round says what is gone
    site.provider.answer = library
    library.owner = dict.fromkeys(MANY)
    site.pull(*ask)
    site.status()

    assert site.shown() == MANY


@pytest.mark.parametrize(
    ("listed", "told"),
    [
        pytest.param("2025-08-03T00:00:00Z", "2025-08-02T00:00:00Z", id="a day earlier"),
        pytest.param(
            "2025-08-03T01:00:00Z", "2025-08-03T08:00:00+08:00", id="an hour earlier, in a text that sorts last"
        ),
    ],
)
def test_a_listing_of_a_later_update_is_not_overwritten(listed, told, site, library):
    """Two answers that contradict each other in order: the moment of the later update holds."""
    library.updated, library.forbidden = {A: listed}, {A}
    site.list()
    library.updated, library.forbidden = {A: told}, set()
    site.notify(A, B, C)
    site.status()

    assert site.shown() == [B, C]
