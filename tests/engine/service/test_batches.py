"""One operation on many instances: who is meant, what became of each, and that none is done twice."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from adapters.database.schema import upgrade
from engine.domain.batch import Batch, Filter, Progress
from engine.domain.errors import BatchNotInState, NotFound
from engine.ports import Page
from engine.service import batches
from engine.service.batches import CancelBatch, CreateBatch, DoBatchItem, PauseBatch, ResumeBatch
from engine.service.command import Sender
from engine.service.modification import Arrival
from engine.service.process_instances import SuspendProcessInstance
from engine.service.runner import AT_ONCE
from tests.conftest import Databases
from tests.engine.runtime.models import diagram, end, flow, node, path, start, user
from tests.engine.service.office import Office

OPERATOR = Sender("admin", "Lan")
TWO = start() + user("u") + user("v") + end() + path("s", "u", "v", "e")
FAILS = (
    start()
    + node("exclusiveGateway", "x", default="x__u")
    + user("u")
    + end()
    + path("s", "x", "u", "e")
    + flow("x", "e", "fee == 0")
)


@pytest.fixture(params=["sqlite", "postgresql"])
def office(request: pytest.FixtureRequest, postgresql_url: Databases, tmp_path: Path) -> Any:
    """A service on each database."""
    url = postgresql_url() if request.param == "postgresql" else f"sqlite:///{tmp_path}/b.db"
    upgrade(url)
    office = Office(url)
    yield office
    office.close()


def begin(office: Office, count: int, key: str = "p", body: str = TWO) -> list[str]:
    """So many instances, with business keys that count on."""
    office.deploy((f"{key}.bpmn", diagram(body, key=key)))
    return [office.start(key, business_key=f"{key}-{i:03}") for i in range(count)]


def create(office: Office, operation: str, filter: Filter | None = None, **more: Any) -> Batch:
    """A batch that an operator makes."""
    made: Progress = office.do(CreateBatch(operation, filter or Filter(key="p"), "storm", **more), OPERATOR)
    return made.batch


def reached(office: Office, batch: Batch) -> tuple[str, int, int, int]:
    """State, done, refused, left."""
    with office.store.read() as queries:
        found = batches.progress(queries, batches.found(queries, batch.id))
    return found.batch.state, found.done, found.failed, found.remaining


def states(office: Office, instances: list[str]) -> Counter[str]:
    """How many instances are in each state."""
    return Counter(office.head(instance).state for instance in instances)


def test_every_instance_is_done_by_a_command_of_its_own(office):
    """Each history says who had it done and why, and proves it."""
    instances = begin(office, 40)

    batch = create(office, "suspend")
    office.settle()

    assert reached(office, batch) == ("completed", 40, 0, 0)
    assert states(office, instances) == {"suspended": 40}
    last = office.rows(instances[7])[-1]
    assert (last.actor, last.on_behalf_of, last.command, last.kinds) == (
        "admin",
        "Lan",
        batch.id,
        ",ProcessInstanceSuspended,",
    )
    assert office.verify(instances[7]).identical


def test_one_that_is_refused_holds_up_no_other(office):
    """What was suspended already is told as refused, with the reason; the rest is done."""
    instances = begin(office, 5)
    office.do(SuspendProcessInstance(instances[2], "before"))

    batch = create(office, "suspend")
    office.settle()

    assert reached(office, batch) == ("completed", 4, 1, 0)
    with office.store.read() as queries:
        [item] = queries.list_items(batch.id, "failed", Page()).rows
    assert (item.instance_id, item.code) == (instances[2], "instanceSuspended")
    assert "tạm dừng" in item.vi
    assert item.en is not None
    assert office.kinds(instances[2]).count("ProcessInstanceSuspended") == 1


def test_the_instances_are_those_of_the_creation(office):
    """Who comes later is not meant, and who has moved on is still done."""
    first = begin(office, 3)
    batch = create(office, "cancel")
    later = office.start("p", business_key="later")
    office.complete(office.tasks(first[0])[0])
    office.settle()

    assert reached(office, batch)[:2] == ("completed", 3)
    assert (states(office, first), office.head(later).state) == ({"terminated": 3}, "running")


def test_a_pause_stops_it_and_a_restart_goes_on_where_it_was(office):
    """Round by round; a service that ends in between forgets nothing and does nothing twice."""
    instances = begin(office, 3 * AT_ONCE)
    batch = create(office, "suspend")
    office.runner.run_due()
    assert reached(office, batch) == ("running", AT_ONCE, 0, 2 * AT_ONCE)

    office.do(PauseBatch(batch.id), OPERATOR)
    office.settle()
    assert reached(office, batch) == ("paused", AT_ONCE, 0, 2 * AT_ONCE)
    office.restart()
    office.settle()
    assert reached(office, batch)[0] == "paused"
    office.do(ResumeBatch(batch.id), OPERATOR)
    office.runner.run_due()
    office.restart()
    office.settle()

    assert reached(office, batch) == ("completed", 3 * AT_ONCE, 0, 0)
    assert all(office.kinds(instance).count("ProcessInstanceSuspended") == 1 for instance in instances)


def test_an_item_whose_turn_comes_twice_is_done_once(office):
    """Two processes may ask for the same turn; the database decides."""
    [instance] = begin(office, 1)
    batch = create(office, "suspend")
    with office.store.read() as queries:
        [item] = queries.waiting_items(batch.id, 10)

    assert [office.do(DoBatchItem(batch, item)) for _ in range(2)] == [True, False]
    futures = [office.writer.submit(DoBatchItem(batch, item), OPERATOR) for _ in range(3)]
    assert [future.result() for future in futures] == [False] * 3
    assert office.kinds(instance).count("ProcessInstanceSuspended") == 1


def test_what_is_cancelled_stays_as_it_is(office):
    """What was done is not taken back, what was not done is never done."""
    instances = begin(office, 2 * AT_ONCE)
    batch = create(office, "suspend")
    office.runner.run_due()

    office.do(CancelBatch(batch.id), OPERATOR)
    office.settle()

    assert reached(office, batch) == ("cancelled", AT_ONCE, 0, AT_ONCE)
    assert states(office, instances) == {"suspended": AT_ONCE, "running": AT_ONCE}
    for command in (PauseBatch, ResumeBatch, CancelBatch):
        with pytest.raises(BatchNotInState):
            office.do(command(batch.id))
        with pytest.raises(NotFound):
            office.do(command("nowhere"))


def test_incidents_are_retried_together(office):
    """A cause that was mended once is mended for all whom it stopped."""
    instances = begin(office, 4, "q", FAILS)
    for instance in instances[:3]:
        office.mend(instance, fee=5)

    batch = create(office, "retry", Filter(key="q", incident_code="variableMissing"))
    office.settle()

    assert reached(office, batch) == ("completed", 4, 0, 0)
    assert [len(office.incidents(instance)) for instance in instances] == [0, 0, 0, 1]
    again = create(office, "retry", Filter(key="q"))
    office.settle()
    assert reached(office, again) == ("completed", 1, 3, 0)


def test_instances_are_modified_together(office):
    """Those that are elsewhere by then are told as refused, with what speaks against it."""
    instances = begin(office, 3)
    batch = create(office, "modify", cancel=("u#1",), start=(Arrival(element="v"),))
    office.complete(office.tasks(instances[0])[0])
    office.settle()

    assert reached(office, batch) == ("completed", 2, 1, 0)
    assert [[task.element_id for task in office.tasks(instance)] for instance in instances] == [["v"]] * 3
    with office.store.read() as queries:
        [item] = queries.list_items(batch.id, "failed", Page()).rows
    assert item.code == "modificationRefused"
    assert "u" in item.en


def test_suspended_instances_are_resumed_together(office):
    """The opposite of what suspended them."""
    instances = begin(office, 3)
    create(office, "suspend")
    office.settle()

    create(office, "resume", Filter(state="suspended"))
    office.settle()

    assert states(office, instances) == {"running": 3}


def test_a_filter_means_what_meets_all_of_it(office):
    """Too many would be a disaster, too few a surprise."""
    p, q = begin(office, 3), begin(office, 2, "q", FAILS)
    office.complete(office.tasks(p[1])[0])
    office.do(SuspendProcessInstance(p[2], "x"))
    at = office.head(p[0]).started_at

    def meant(**asked: Any) -> list[str]:
        with office.store.read() as queries:
            found = [head.id for head in queries.first_meant(Filter(**asked), 20)]
            assert queries.count_meant(Filter(**asked)) == len(found)
        return found

    assert meant(key="p") == p
    assert meant(definition_id=office.head(q[0]).definition_id) == q
    assert meant(state="suspended") == [p[2]]
    assert meant(element_id="v") == [p[1]]
    assert meant(element_id="x") == q
    assert meant(business_keys=("p-001", "q-000", "nothing")) == [p[1], q[0]]
    assert meant(business_key_prefix="p-00") == p
    assert meant(business_key_prefix="p-00_") == []
    assert meant(business_key_prefix="q", key="p") == []
    assert meant(incident_code="variableMissing") == q
    assert meant(started_before=at) == []
    assert meant(started_after=at, key="q") == q
    office.complete(office.tasks(p[1])[0])
    assert meant(key="p") == [p[0], p[2]]


def test_nothing_meant_is_completed_at_once(office):
    """An empty batch must not stand there as running."""
    begin(office, 0)
    batch = create(office, "cancel")
    office.settle()

    assert reached(office, batch) == ("completed", 0, 0, 0)


def test_the_administration_says_who_did_what_to_how_many(office):
    """What was done to thousands is one entry for the auditor, and one in each history."""
    begin(office, 2)
    batch = create(office, "suspend")
    office.do(PauseBatch(batch.id), OPERATOR)
    office.do(ResumeBatch(batch.id), OPERATOR)
    office.settle()

    said = [kind for kind in office.kinds("administration") if kind.startswith("Batch")]
    assert said == ["BatchCreated", "BatchPaused", "BatchResumed", "BatchCompleted"]


def test_a_rebuild_leaves_batches_as_they_are(office):
    """They are no reading of the log."""
    begin(office, 2 * AT_ONCE)
    batch = create(office, "suspend")
    office.runner.run_due()
    before = reached(office, batch)

    office.rebuild()

    assert reached(office, batch) == before
    office.restart()
    office.settle()
    assert reached(office, batch)[:2] == ("completed", 2 * AT_ONCE)


def test_a_turn_that_comes_after_a_pause_is_none(office):
    """The runner had taken it up before; the pause counts all the same."""
    [instance] = begin(office, 1)
    batch = create(office, "suspend")
    with office.store.read() as queries:
        [item] = queries.waiting_items(batch.id, 10)
    futures = [office.writer.submit(command, OPERATOR) for command in (PauseBatch(batch.id), DoBatchItem(batch, item))]

    assert [future.result() for future in futures][1] is False
    assert office.do(DoBatchItem(batch, item)) is False
    assert office.head(instance).state == "running"


def test_a_refusal_half_way_leaves_the_instance_as_it_was(office):
    """The activity is withdrawn before it is found that nothing can be started: neither may be seen later."""
    [instance] = begin(office, 1, body=start() + user("u") + user("v") + path("s", "u") + path("s", "v"))
    create(office, "modify", cancel=("u#1",), start=(Arrival(element="nowhere"),))
    office.settle()

    office.complete(office.tasks(instance)[1])

    assert [task.element_id for task in office.tasks(instance)] == ["u"]
    assert office.verify(instance).identical
