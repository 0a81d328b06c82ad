"""What every store must do for definitions, instances and those who come in."""

from __future__ import annotations

from dataclasses import replace

from adapters.database.store import DatabaseStore
from engine.domain.approval import Approval
from engine.domain.instance import ProcessInstance, Scope
from engine.ports import Changes, every
from tests.contracts.samples import ANSWER, API_KEY, DEFINITION, INSTANCE, START_EVENT, START_TIMER, at
from tests.contracts.steps import commit, ids, keep, walk

# ---- definitions


def test_the_newest_version_of_each_key(store: DatabaseStore) -> None:
    """An instance started by key runs by the version that is in force."""
    versions = [replace(DEFINITION, id=f"pd-{n}", version=n, created_at=at(n)) for n in (1, 2, 10)]
    other = replace(DEFINITION, id="x-1", key="other")
    keep(store, *versions, other, replace(other, id="y-1", key="not asked for"))

    with store.read() as queries:
        assert {"dat_dai": versions[2], "other": other} == queries.latest_definitions(["dat_dai", "other", "none"])


def test_definitions_newest_first(store: DatabaseStore) -> None:
    """The analyst looks for what was published last."""
    keep(store, *(replace(DEFINITION, id=f"pd-{n}", version=n, created_at=at(n)) for n in range(5)))
    keep(store, replace(DEFINITION, id="x-1", key="other", created_at=at(2)))

    assert [["pd-4", "pd-3"], ["x-1", "pd-2"], ["pd-1", "pd-0"]] == [
        ids(page) for page in walk(store, lambda q, page: q.process_definitions(None, page), 2)
    ]
    assert [["pd-4", "pd-3", "pd-2"], ["pd-1", "pd-0"]] == [
        ids(page) for page in walk(store, lambda q, page: q.process_definitions("dat_dai", page), 3)
    ]


def test_contents_are_kept_once(store: DatabaseStore) -> None:
    """The same file is deployed again and again; its hash names it, so the second is the first."""
    keep(store, contents={"h-1": b"\x00one", "h-2": b"two"})
    keep(store, contents={"h-2": b"two", "h-3": b""})

    with store.read() as queries:
        assert {"h-1": b"\x00one", "h-2": b"two", "h-3": b""} == queries.contents(["h-1", "h-2", "h-3", "h-4"])


def test_approvals_of_keys(store: DatabaseStore) -> None:
    """Which version counts is chosen among all approvals of its key, with the days as they are now."""
    one = Approval("pd-1", "dat_dai", 1, "2026-01-01", None, "rà soát", "QĐ 1", "minh", at(1))
    keep(store, one, replace(one, id="pd-2", version=2), replace(one, id="x-1", key="other"))
    commit(store, Changes(updates={Approval: [("pd-2", {"valid_until": "2026-12-31"})]}))

    with store.read() as queries:
        found = [(each.id, each.valid_until) for each in queries.approvals_of(["dat_dai", "none"])]
        assert [("pd-1", None), ("pd-2", "2026-12-31")] == found
        assert [] == queries.approvals_of([])


def test_instances_that_still_run_by_a_definition(store: DatabaseStore) -> None:
    """Whose law has ended: those that have ended themselves are not asked about."""
    rows = [replace(INSTANCE, id=f"i-{n}", business_key=f"K{n}", started_at=at(n)) for n in range(3)]
    keep(store, *rows, replace(INSTANCE, id="i-9", business_key="K9", state="completed", ended_at=at(9)))

    assert [["i-0", "i-1"], ["i-2"]] == [
        *walk(store, lambda q, page: q.running_of_definition(INSTANCE.definition_id, page), 2)
    ]


def test_what_a_name_starts(store: DatabaseStore) -> None:
    """A message starts only what asked for a message of that name, not a signal called alike."""
    signal = replace(START_EVENT, id="s-3", kind="signal")
    keep(store, START_EVENT, signal, replace(START_EVENT, id="s-4", name="other", key="other"), START_TIMER)

    with store.read() as queries:
        assert [START_EVENT] == queries.start_events("message", "hồ sơ mới")
        assert [signal] == queries.start_events("signal", "hồ sơ mới")
        assert ["s-1", "s-2", "s-3"] == ids(queries.start_events_of(["dat_dai", "bao_cao"]))


def test_the_calendar_in_force_and_the_virtual_time(store: DatabaseStore) -> None:
    """A restarted service computes with the calendar and stands at the time of before."""
    keep(store, calendar="c-1", virtual_time=at(1))
    keep(store, calendar="c-2")
    keep(store)

    with store.read() as queries:
        assert ("c-2", at(1)) == (queries.calendar_hash(), queries.virtual_time())


# ---- instances


def test_instances_last_started_first(store: DatabaseStore) -> None:
    """Ids made from an Idempotency-Key say nothing of time; the list is by the start, ties by id."""
    states = ["running", "suspended", "completed", "terminated", "failed"]
    instances = [
        replace(
            INSTANCE,
            id=f"{(n * 7) % 10}-i",
            started_at=at(n // 3),
            state=states[n % 5],
            key="other" if n == 4 else "dat_dai",
            business_key=f"HS-{n % 2}",
            ended_at=at(50),
        )
        for n in range(10)
    ]
    keep(store, *instances)
    expected = sorted(instances, key=lambda i: (i.started_at, i.id), reverse=True)

    def listed(limit: int, key: str | None, state: str | None, business_key: str | None) -> list[ProcessInstance]:
        pages = walk(store, lambda q, page: q.list_process_instances(key, state, business_key, page), limit)
        assert all(len(page) == limit for page in pages[:-1])
        return [row for page in pages for row in page]

    for limit in (1, 3, 5, 50):
        assert expected == listed(limit, None, None, None)
    assert [i for i in expected if i.key == "dat_dai"] == listed(4, "dat_dai", None, None)
    assert [i for i in expected if i.state == "running"] == listed(1, None, "running", None)
    assert [i for i in expected if i.business_key == "HS-1"] == listed(2, None, None, "HS-1")
    assert [i for i in expected if i.state == "failed" and i.key == "other"] == listed(2, "other", "failed", None)
    assert [] == listed(2, "none", None, None)


def test_instances_of_a_definition_oldest_first(store: DatabaseStore) -> None:
    """Migration walks all of them, and those started meanwhile come at the end."""
    keep(store, *(replace(INSTANCE, id=f"{9 - n}", business_key=None, started_at=at(n // 2)) for n in range(7)))
    keep(store, replace(INSTANCE, id="x", business_key=None, definition_id="pd-2"))

    pages = walk(store, lambda q, page: q.instances_of_definition("pd-1", page), 3)
    assert [["8", "9", "6"], ["7", "4", "5"], ["3"]] == pages


def test_scopes_of_instances(store: DatabaseStore) -> None:
    """A head is loaded with all its variables, and with nobody else's."""
    scopes = [Scope(("i-1", ""), b"1"), Scope(("i-1", "a"), b"2"), Scope(("i-2", ""), b"3")]
    keep(store, *scopes, Scope(("i-3", ""), b"4"))

    with store.read() as queries:
        assert scopes == queries.scopes(["i-2", "i-1"])


# ---- access


def test_whether_anybody_can_enter(store: DatabaseStore) -> None:
    """The first start makes one key, and only the first."""
    with store.read() as queries:
        assert not queries.has_api_keys()
        assert queries.api_key_by_hash(API_KEY.hash) is None
    keep(store, API_KEY)

    with store.read() as queries:
        assert queries.has_api_keys()
        assert queries.api_key_by_hash(b"\x09" * 32) is None


def test_answers_by_principal_and_key(store: DatabaseStore) -> None:
    """The same key of another principal is another request."""
    answers = [replace(ANSWER, principal=who, key=key) for who in ("a", "b") for key in ("1", "2")]
    keep(store, answers=answers)

    with store.begin() as unit:
        assert {("a", "1"): answers[0], ("b", "2"): answers[3]} == unit.answers([("a", "1"), ("b", "2"), ("c", "1")])


def test_old_answers_are_forgotten(store: DatabaseStore) -> None:
    """They are kept for a week and then free their keys."""
    keep(store, answers=[replace(ANSWER, key=f"{n}", created_at=at(n)) for n in range(5)])

    with store.begin() as unit:
        assert 3 == unit.forget_answers(at(3))
        assert 0 == unit.forget_answers(at(3))
        unit.commit()
    with store.read() as queries:
        assert {("portal", "3"), ("portal", "4")} == set(queries.answers([("portal", f"{n}") for n in range(5)]))


def test_every_walks_the_whole_list(store: DatabaseStore) -> None:
    """The port's own walk over pages works on this store."""
    keep(store, *(replace(INSTANCE, id=f"i-{n}", business_key=None) for n in range(5)))

    with store.read() as queries:
        assert [f"i-{n}" for n in range(5)] == list(
            every(lambda page: queries.instances_of_definition("pd-1", page), limit=2)
        )
