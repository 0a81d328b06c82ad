"""Time: never early, once each, and the plan goes on after a downtime."""

from __future__ import annotations

from engine.domain.values import moment
from engine.ports import Page
from engine.service.history import records
from tests.engine.runtime.models import boundary, diagram, end, path, start, timer, user

REMINDS = diagram(start() + user("u") + boundary("b", "u", timer("R3/P1D", "timeCycle"), interrupting=False) + end("x") + end() + path("s", "u", "e") + path("b", "x"), key="reminds")  # fmt: skip
WEEKLY = diagram(start("s", timer("R/P7D", "timeCycle")) + user("u") + path("s", "u"), key="weekly")


def test_a_timer_is_not_early_and_fires_at_its_own_moment(office):
    """Three days pass in one leap: each reminder carries its own day."""
    office.deploy(("r.bpmn", REMINDS))
    instance = office.start("reminds")
    office.advance(hours=23, minutes=59)
    assert "TimerFired" not in office.kinds(instance)

    office.advance(days=5)

    fired = [row.recorded_at for row in office.rows(instance) if ",TimerFired," in row.kinds]
    assert [at[:16] for at in fired] == ["2026-03-03T01:00", "2026-03-04T01:00", "2026-03-05T01:00"]
    assert office.verify(instance).identical


def test_how_late_it_was_stands_in_the_record(office):
    """The service was down for two hours: that is told, not hidden."""
    office.deploy(("r.bpmn", REMINDS))
    instance = office.start("reminds")
    office.clock.set(moment("2026-03-03T03:00:00Z"))
    office.settle()

    with office.store.read() as queries:
        (record,) = [r for r in records(queries, instance, 0, 1000) if r.kind == "TimerFired"]
    assert record.payload["lateBy"] == 7200.0


def test_a_start_timer_opens_an_instance_each_time(office):
    """A weekly report starts by itself; times missed while the service was down count as one."""
    office.deploy(("w.bpmn", WEEKLY))
    office.advance(days=15)
    assert len(_started(office)) == 2

    office.clock.set(moment("2026-04-20T01:00:00Z"))
    office.settle()

    assert len(_started(office)) == 3
    with office.store.read() as queries:
        assert [s.due_at for s in queries.start_events_of(["weekly"])] == ["2026-04-27T01:00:00.000000Z"]


def test_a_new_version_takes_the_start_timer_over(office):
    """Two versions must not both start the report."""
    office.deploy(("w.bpmn", WEEKLY))
    office.advance(days=3)
    office.deploy(("w.bpmn", WEEKLY.replace(b'name="Task u"', b'name="Report"')))
    office.advance(days=7)

    assert [head.version for head in _started(office)] == [2]


def _started(office):
    with office.store.read() as queries:
        return queries.list_process_instances("weekly", None, None, Page()).rows
