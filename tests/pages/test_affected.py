"""A changed session's pages are exactly found: what `affected` leaves out does not change, and it names few pages."""

import random

import msgspec
import pytest

from builder.model import PageKey, Vj
from builder.pages import KINDS, calendar, day, month, paths, prefixes, tag, vj_month
from builder.pages.standing import CUT_LISTS
from builder.stale import come_or_gone
from tests.pages.support import DAY, HOUR, LIN, T0, MemoryCatalog, session, site

CLAIMED = Vj(slug="alice", name="Alice Brook")


def digests(made):
    """Path → value of every page of a clean build."""
    found = {}
    for kind in KINDS:
        for key in kind.keys(made):
            value = kind.data(made, key)
            if value is not None:
                path = kind.path(made, key)
                assert path not in found or found[path][1] == key, (path, key, found[path][1])
                found[path] = (msgspec.msgpack.encode(value), key)
    return found


def asked(made, changes):
    return {key for kind in KINDS for before, after in changes for key in kind.affected(made, before, after)}


def pieces(made, keys, published):
    """Return the pieces that come or go with the lists asked for, as a build finds them by its manifest."""
    for kind in CUT_LISTS:
        of_kind = {key.name for key in published if key.kind == kind.name}
        for list_ in {kind.list_of(key.name) for key in keys if key.kind == kind.name}:
            folder = kind.folder(list_)
            below = {name for name in of_kind if paths.of(kind.name, name).startswith(folder)}
            below -= {name for name in below if paths.of(kind.name, name) == folder}
            yield from (PageKey(kind.name, name, "en") for name in come_or_gone(made, kind, list_, below))


def step(catalog, changes, old=None, **around):
    """Apply changes; return (paths that changed, paths that were asked for, the pages as they are now)."""
    made = site(catalog=catalog, languages=("en",), **around)
    old, keys = digests(made) if old is None else old, asked(made, changes)
    for before, _ in changes:
        if before is not None:
            catalog.change(before, None)
    for _, after in changes:
        if after is not None:
            catalog.change(None, after)
    made = site(catalog=catalog, languages=("en",), **around)
    keys |= asked(made, changes)
    keys |= set(pieces(made, keys, {key for _, key in old.values()}))
    new = digests(made)
    changed = {path for path in old.keys() | new.keys() if old.get(path) != new.get(path)}
    by_name = {kind.name: kind for kind in KINDS}
    return changed, {by_name[key.kind].path(made, key) for key in keys}, new


def drawn(rng, number):
    """A session at a drawn time, of a drawn VJ, with drawn state."""
    start = T0 + rng.randrange(-3, 4) * rng.choice([DAY, 30 * DAY, 365 * DAY]) + rng.randrange(-8, 9) * HOUR
    visibility = rng.choice(["public"] * 8 + ["unlisted", "hidden"])
    more = {
        "minutes": rng.choice([30, 200, 700]),
        "title": rng.choice(["", "A title", "第二个"]),
        "tags": tuple(sorted(rng.sample(["piano", "live", "Ünïcode", "t/x"], rng.choice([0, 0, 1, 2])))),
        "visibility": visibility,
        "tombstone": "hidden" if visibility == "hidden" else rng.choice([""] * 8 + ["deleted"]),
        "featured": rng.random() < 0.1,
        "aliases": (f"2021/12/31/{number:010}",) if rng.random() < 0.2 else (),
    }
    return session(f"n{number}", vj=rng.choice(["alice", "lin", "s-aa00", "s-ab00", "s-zz"]), start_ms=start, **more)


def varied(rng, known):
    """The same session with something else about it."""
    change = rng.choice(
        [
            {"title": "Another"},
            {"vj": rng.choice(["alice", "lin", "s-aa00", "s-new0"])},
            {"tombstone": "deleted"},
            {"tombstone": "", "visibility": "public"},
            {"tags": ("piano",)},
            {"end_ms": known.start_ms + 26 * HOUR},
            {"visibility": "unlisted"},
        ]
    )
    return msgspec.structs.replace(known, **change)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("limit", [200, 3])
def test_affected_names_every_page_that_changes(seed, limit, monkeypatch):
    """After every edit, each page whose value changed, came or went had been named before or after the edit."""
    for module in (calendar, day, month, prefixes, tag, vj_month):
        monkeypatch.setattr(module, "LIST_LIMIT", limit)
    rng = random.Random(seed)
    catalog = MemoryCatalog()
    known, old = {}, None
    for number in range(12):
        changes = []
        for offset in range(rng.choice([1, 1, 2, 5])):
            if known and rng.random() < 0.4:
                chosen = rng.choice(sorted(known))
                if any(before is known[chosen] for before, _ in changes):
                    continue
                after = None if rng.random() < 0.4 else varied(rng, known[chosen])
                changes.append((known[chosen], after))
            else:
                changes.append((None, drawn(rng, 10 * number + offset)))
        changed, named, old = step(catalog, changes, old, vjs=[CLAIMED, LIN])
        assert changed <= named, sorted(changed - named)
        for before, _ in changes:
            if before is not None:
                del known[before.id]
        for _, after in changes:
            if after is not None:
                known[after.id] = after


def test_one_new_broadcast_changes_few_pages():
    """In a catalog with years behind it, a broadcast over midnight with two tags changes at most 20 pages."""
    sessions = [
        session(f"o{at}", vj=("alice", "lin", "s-aa00")[at % 3], start_ms=T0 - at * DAY // 2, tags=("piano", "live"))
        for at in range(420)
    ]
    catalog = MemoryCatalog(sessions)
    new = session("new", vj="lin", start_ms=T0 + 2 * DAY, minutes=400, tags=("piano", "live"), title="New")
    changed, named, _ = step(catalog, [(None, new)], vjs=[CLAIMED, LIN])

    assert changed <= named
    assert len(changed) <= 20, sorted(changed)
    assert len(named) <= 80


def test_what_a_vj_page_shows_beside_others_does_not_change_with_a_broadcast():
    """The index of VJs and the watch pages of others stay as they are."""
    catalog = MemoryCatalog([session("a", vj="alice"), session("l", vj="lin", start_ms=T0 + HOUR)])
    changed, *_ = step(catalog, [(None, session("b", vj="lin", start_ms=T0 + DAY))], vjs=[CLAIMED, LIN])

    assert "/vj/" not in changed
    assert sorted(path for path in changed if path.count("/") == 6 and not path.endswith(".svg")) == sorted(
        f"/replays/{each.id}/" for each in (session("b", vj="lin", start_ms=T0 + DAY), session("l", start_ms=T0 + HOUR))
    )


def test_a_kind_that_is_off_is_affected_by_nothing():
    """`outputs:` switches a kind off for clean and incremental builds alike."""
    made = site([session("a")], outputs_off=frozenset({"day", "watch"}))
    off = [kind for kind in KINDS if kind.name in ("day", "watch")]

    assert [list(kind.keys(made)) for kind in off] == [[], []]
    assert [list(kind.affected(made, None, session("a"))) for kind in off] == [[], []]
    assert off[0].data(made, PageKey(off[0].name, session("a").id, "en")) is None
