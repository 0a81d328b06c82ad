"""Time: never early, once each, and the plan goes on after a downtime."""

from __future__ import annotations

from datetime import timedelta

from engine.domain.errors import StoreFull
from engine.domain.values import moment
from engine.ports import Page
from engine.service.history import records
from engine.service.timers import FireTimer
from tests.engine.runtime.constructs import executes
from tests.engine.runtime.models import boundary, diagram, end, node, path, start, timer, user
from tests.engine.service.office import Office

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


def test_whoever_tells_of_a_timer_too_early_is_not_believed(office):
    """A message of a broker may come at any time; the due time alone decides."""
    office.deploy(("r.bpmn", REMINDS))
    instance = office.start("reminds")
    (timer,) = office.timers(instance)

    assert not office.do(FireTimer(timer))
    assert not office.runner.run(timer.id)
    assert "TimerFired" not in office.kinds(instance)


def test_how_late_it_was_stands_in_the_record(office):
    """The service was down for two hours: that is told, not hidden."""
    office.deploy(("r.bpmn", REMINDS))
    instance = office.start("reminds")
    office.clock.set(moment("2026-03-03T03:00:00Z"))
    office.settle()

    with office.store.read() as queries:
        (record,) = [r for r in records(queries, instance, 0, 1000) if r.kind == "TimerFired"]
    assert record.payload["lateBy"] == 7200.0


@executes(
    "Across instances",
    "timer start event",
    says="Begins an instance at each of its times; those that were missed while the service was down count as one.",
)
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


def test_a_plan_that_ran_out_while_the_service_was_down_is_over(office):
    """Two reminders, both missed: the task waits for none, and can be completed."""
    skips = boundary("b", "u", timer("R2/PT10M", "timeCycle"), interrupting=False, motcua_missedCycle="skip")
    office.deploy(("m.bpmn", diagram(start() + user("u") + skips + end("x") + path("b", "x") + end() + path("s", "u", "e"))))  # fmt: skip
    instance = office.start("p")
    office.clock.set(office.clock.now() + timedelta(minutes=35))
    office.settle()

    assert not office.timers(instance)
    assert office.complete(office.tasks(instance)[0]).head.state == "completed"
    assert office.verify(instance).identical


def test_a_clock_that_is_set_back_does_not_lose_a_timer(office):
    """A machine's clock is corrected by some minutes; what is due is done all the same, and no record is older than the one before."""
    timed = boundary("b", "u", timer("PT10M")) + user("late") + path("b", "late")
    office.deploy(("m.bpmn", diagram(start() + user("w") + user("u") + timed + path("s", "w") + path("s", "u"))))
    instance = office.start("p")
    office.clock.set(office.clock.now() + timedelta(minutes=20))
    office.complete(next(task for task in office.tasks(instance) if task.element_id == "w"))
    office.clock.set(office.clock.now() - timedelta(minutes=5))
    office.settle()

    assert ["late"] == [task.element_id for task in office.tasks(instance)]
    moments = [row.recorded_at for row in office.rows(instance)]
    assert moments == sorted(moments)
    assert office.verify(instance).identical


def test_a_full_disk_only_holds_the_timers_up():
    """Once there is room again they fire, without anybody doing anything."""
    full = False

    def failpoint(name: str, _: object) -> None:
        if full and name == "beforeCommit":
            raise StoreFull

    office = Office(failpoint=failpoint)
    office.deploy(("m.bpmn", diagram(start() + node("intermediateCatchEvent", "t", timer("PT10M")) + user("u") + path("s", "t", "u"))))  # fmt: skip
    instance = office.start("p")
    office.clock.set(office.clock.now() + timedelta(minutes=20))
    full = True
    assert [office.runner.run_due() for _ in range(8)] == [0] * 8
    full = False
    office.settle()

    assert ["u"] == [task.element_id for task in office.tasks(instance)]
    office.close()


def test_a_start_that_lies_in_the_past_is_over(office):
    """Deploying again must not begin last year's procedure again."""
    office.deploy(("m.bpmn", diagram(start("s", timer("2020-01-01T00:00:00Z", "timeDate")) + user("u") + path("s", "u"))))  # fmt: skip
    office.settle()

    with office.store.read() as queries:
        assert not queries.list_process_instances("p", None, None, Page()).rows
