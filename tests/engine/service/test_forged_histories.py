"""Whoever changes what a history shows is found out, also where the hashed bytes stay as they are."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from sqlalchemy import delete, insert, update

from adapters.database.tables import instance_keys, scopes
from engine.service import export, history
from engine.service.calendars import PublishCalendar
from engine.service.command import Sender
from engine.service.modification import Arrival, ModifyProcessInstance
from engine.service.rebuild import RebuildFailed, rebuild
from engine.service.user_tasks import CompleteUserTask
from tests.engine.runtime.models import diagram, end, flow, message, node, path, start, user
from tests.engine.service.forger import Forger
from tests.engine.service.office import CALENDAR, Office

WAITS = (
    start()
    + user("u")
    + node("intermediateCatchEvent", "m", message())
    + user("v")
    + end()
    + path("s", "u", "m", "v", "e")
)


@pytest.fixture
def forger(office: Office) -> Forger:
    """An instance with personal values, a message, and work that is still open."""
    office.deploy(("p.bpmn", diagram(WAITS)))
    instance = office.start("p", {"owner": "An"}, business_key="k")
    office.do(CompleteUserTask(task_id=office.tasks(instance)[0].id, values={"name": "A"}), Sender("portal", "lan"))
    office.message("go", "k", {"amount": 5})
    assert office.verify(instance).identical
    return Forger(office, instance)


def found(forger: Forger) -> tuple[int, str | None, str]:
    """What verification names."""
    difference = forger.office.verify(forger.instance).first_difference
    assert difference is not None
    return difference.seq, difference.kind, difference.reason


def test_a_value_put_beside_a_record_that_does_not_commit_to_it_is_found(forger):
    """``approved`` was never written: it must neither be shown nor be proved."""
    row = forger.row_of("UserTaskCompleted")
    clear = forger.clear_of(row)
    seq, values = clear[1]
    values["approved"] = True
    forger.set_row(row, clear=orjson.dumps(clear))

    assert found(forger) == (seq, "VariablesWritten", "valueForeign")
    with forger.office.store.read() as queries:
        assert "approved" not in history.state_at(queries, forger.instance).variables[""]
    with pytest.raises(RebuildFailed, match="valueForeign"):
        rebuild(forger.office.store, forger.office.catalog)


def test_a_value_put_beside_a_record_that_is_not_there_is_found(forger):
    """A number of no record of the row is somebody's addition as well."""
    row = forger.row_of("UserTaskCompleted")
    forger.set_row(row, clear=orjson.dumps([*forger.clear_of(row), [99, {"approved": True}]]))

    assert found(forger)[2] == "valueForeign"


def test_values_written_otherwise_are_found(forger):
    """The same values in other bytes: nobody but a forger wrote them."""
    row = forger.row_of("UserTaskCompleted")
    forger.set_row(row, clear=(row.clear or b"") + b" ")

    assert found(forger)[2] == "envelope"


def test_a_value_taken_away_while_its_key_is_there_is_found(forger):
    """Erasure takes both, so one without the other is no erasure."""
    row = forger.row_of("UserTaskCompleted")
    forger.set_row(row, clear=None)

    assert found(forger) == (row.first_seq, "UserTaskCompleted", "valueMissing")


def test_a_value_left_when_the_key_is_gone_is_found(forger):
    """Without the key nobody can tell whether it is the one committed to; who could, could forge it."""
    forger.delete(delete(instance_keys).where(instance_keys.c.instance_id == forger.instance))

    assert found(forger) == (1, "ProcessInstanceStarted", "valueUnproven")


@pytest.mark.parametrize("gone", [1, 3])
def test_an_export_that_ends_early_is_found(forger, gone):
    """The first line says where the history ends."""
    with forger.office.store.read() as queries:
        lines = list(export.lines(queries, forger.instance))
    assert export.verify_export(lines).identical

    difference = export.verify_export(lines[:-gone] if gone < len(lines) - 1 else lines[:2]).first_difference

    assert difference is not None
    assert difference.reason == "truncated"


def test_an_export_without_its_calendar_is_found(office):
    """It is pinned; a file that leaves it out must not be verified without."""
    office.do(PublishCalendar(CALENDAR))
    office.deploy(("p.bpmn", diagram(WAITS)))
    instance = office.start("p")
    with office.store.read() as queries:
        header, *lines = export.lines(queries, instance)
    said = orjson.loads(header)
    assert said.pop("calendar")

    difference = export.verify_export([orjson.dumps({**said, "calendar": None}), *lines]).first_difference

    assert difference is not None
    assert difference.reason == "altered: calendar"


@pytest.mark.parametrize("column", ["kinds", "on_behalf_of", "actor", "command", "recorded_at"])
def test_columns_say_what_the_bytes_say(forger, column):
    """The auditor searches by them."""
    row = forger.row_of("UserTaskCompleted")
    forger.set_row(row, **{column: "2020-01-01T00:00:00.000000Z" if column == "recorded_at" else ",Other,"})

    assert found(forger) == (row.first_seq, "UserTaskCompleted", "envelope")


@pytest.mark.parametrize("rules", [2, 0, "1", 1.0, True, None])
def test_rules_that_nobody_knows_are_not_executed_by_those_of_today(forger, rules):
    """A history says which rules it ran under; under others it proves nothing."""
    forger.rewrite(forger.row_of("ProcessInstanceStarted"), lambda body: body["records"][0][1].update(rules=rules))

    assert found(forger) == (1, "ProcessInstanceStarted", "unknownRules")


HEAD: dict[str, Any] = {
    "business_key": "other", "key": "q", "version": 2, "name": "Other", "started_by": "x", "state": "completed", "incidents": 3,
    "error_code": "E", "calendar": "", "updated_at": "2020-01-01T00:00:00.000000Z", "ended_at": "2020-01-01T00:00:00.000000Z",
    "definition_id": "other", "pins": {"a": "b"}, "hash": bytes(32), "seq": 3,
}  # fmt: skip


@pytest.mark.parametrize("column", HEAD)
def test_a_head_that_is_not_what_the_history_comes_to_is_found(forger, column):
    """Worklists and pages are made of it."""
    last = forger.office.head(forger.instance).seq
    forger.set_head(**{column: HEAD[column]})

    assert found(forger) == (last, None, "headDiffers")


def test_tokens_that_are_not_what_the_history_comes_to_are_found(forger):
    """The next command goes on from them."""
    head = forger.office.head(forger.instance)
    forger.set_head(tokens=head.tokens.replace(b"v#1", b"u#1"))

    assert found(forger) == (head.seq, None, "tokensDiffer")


@pytest.mark.parametrize("what", ["changed", "gone", "more"])
def test_variables_that_are_not_what_the_history_comes_to_are_found(forger, what):
    """The next command computes with them."""
    last = forger.office.head(forger.instance).seq
    place = scopes.c.instance_id == forger.instance
    if what == "changed":
        forger.delete(update(scopes).where(place).values(content=b'{"owner":"B"}'))
    elif what == "gone":
        forger.delete(delete(scopes).where(place))
    else:
        forger.delete(insert(scopes).values(tenant="default", instance_id=forger.instance, owner="x", content=b"{}"))

    assert found(forger) == (last, None, "variablesDiffer")


def test_a_message_of_another_name_than_the_place_waits_for_is_found(forger):
    """The diagram says which message it is; an input's facts are checked where the definition knows them."""
    row = forger.row_of("MessageDelivered")
    forger.rewrite(row, lambda body: body["records"][0][1].update(name="stop"))

    difference = forger.office.verify(forger.instance).first_difference

    assert (difference.seq, difference.reason) == (row.first_seq, "differs")
    assert ("stop", "go") == (difference.recorded["name"], difference.computed["name"])


def test_the_order_of_variables_is_no_difference(office):
    """The log has public values first, whoever entered them between personal ones."""
    form = orjson.dumps({"type": "object", "properties": {"fee": {"type": "integer", "x-personal": False}}})
    body = start() + user("u", motcua_formKey="pay") + user("v") + path("s", "u", "v")
    office.deploy(("p.bpmn", diagram(body)), ("forms/pay.json", form))
    instance = office.start("p")

    office.complete(office.tasks(instance)[0], {"name": "A", "fee": 5})

    assert office.verify(instance).identical, office.verify(instance).first_difference


def test_an_instance_does_not_begin_twice(forger):
    """A second beginning would put a token where none was."""
    first, *_ = forger.office.rows(forger.instance)
    began = orjson.loads(first.body)["records"][0]
    row = forger.row_of("UserTaskCompleted")
    forger.rewrite(row, lambda body: {**body, "records": [began, *body["records"][1:]]})
    forger.set_row(row, kinds=row.kinds.replace("UserTaskCompleted", "ProcessInstanceStarted"))

    assert found(forger)[:2] == (row.first_seq, "ProcessInstanceStarted")


def test_what_an_erased_history_leaves_beside_the_log_is_not_compared(forger):
    """Its variables are gone there too; its head still has to be the one."""
    for row in forger.office.rows(forger.instance):
        forger.set_row(row, clear=None)
    forger.delete(delete(instance_keys).where(instance_keys.c.instance_id == forger.instance))
    forger.delete(update(scopes).where(scopes.c.instance_id == forger.instance).values(content=b"{}"))
    assert forger.office.verify(forger.instance).identical

    forger.set_head(business_key="other")

    assert found(forger)[2] == "headDiffers"


@pytest.fixture
def long_history(office: Office) -> Forger:
    """A hundred rows: more than are checked together."""
    again = start() + user("u") + node("exclusiveGateway", "g", default="g__e") + end() + path("s", "u", "g", "e")
    office.deploy(("p.bpmn", diagram(again + flow("g", "u", "left &gt; 0"))))
    instance, left = office.start("p"), 100
    while tasks := office.tasks(instance):
        left -= 1
        office.complete(tasks[0], {"left": left})
    return Forger(office, instance)


@pytest.mark.parametrize("at", [1, 63, 64, 65, 99])
def test_rows_are_counted_up_to_the_one_that_differs(long_history, at):
    """Rows are read, executed and compared many at a time; what is said of them does not depend on it."""
    row = long_history.office.rows(long_history.instance)[at]
    long_history.rewrite(row, lambda body: body["records"][2].__setitem__(0, "ElementCancelled"))

    verification = long_history.office.verify(long_history.instance)

    assert found(long_history) == (row.first_seq + 2, "ElementCancelled", "differs")
    assert (verification.records, verification.recomputed) == (row.first_seq + 1, row.first_seq + 1)


@pytest.mark.parametrize("later", ["unreadable", "impossible", "chain"])
def test_the_first_difference_is_named_whatever_comes_later(long_history, later):
    """A later row that cannot even be read is found earlier, but it is not the first that is wrong."""
    rows = long_history.office.rows(long_history.instance)
    long_history.rewrite(rows[20], lambda body: body["records"][2].__setitem__(0, "ElementCancelled"))
    if later == "unreadable":
        long_history.rewrite(rows[40], lambda body: body["records"][0].__setitem__(0, "Unknown"))
    elif later == "impossible":
        long_history.rewrite(rows[40], lambda body: body["records"][0][1].update(activity="nowhere"))
    else:
        long_history.set_row(rows[40], hash=b"0" * 32)

    assert found(long_history) == (rows[20].first_seq + 2, "ElementCancelled", "differs")


@pytest.fixture
def modified(forger: Forger) -> Forger:
    """An operator has sent the dossier back."""
    forger.office.do(ModifyProcessInstance(forger.instance, ("v#1",), (Arrival(element="u"),), "wrong papers"))
    assert forger.office.verify(forger.instance).identical
    return forger


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"cancel": []}, "differs"),
        ({"start": []}, "impossible"),
        ({"start": [{"element": "v"}]}, "differs"),
        ({"start": [{"flow": "s__u"}]}, "differs"),
        ({"start": [{"element": "nowhere"}]}, "impossible"),
        ({"start": [{"element": "u", "flow": "s__u"}]}, "impossible"),
        ({"start": [{"element": "u", "scope": 1}]}, "impossible"),
        ({"start": [{}]}, "impossible"),
        ({"start": "u"}, "impossible"),
        ({"cancel": ["u#1"]}, "impossible"),
        ({"cancel": [["v#1"]]}, "impossible"),
        ({"more": 1}, "impossible"),
    ],
)
def test_a_modification_that_was_not_asked_so_is_found(modified, changed, reason):
    """What an operator did to a dossier must not be told otherwise afterwards, nor put on another's account."""
    row = modified.row_of("ProcessInstanceModified")
    modified.rewrite(row, lambda body: body["records"][0][1].update(changed))

    assert modified.office.verify(modified.instance).first_difference.reason == reason
    assert found(modified)[0] >= row.first_seq


def test_a_modification_that_never_was_is_found(modified):
    """A cancellation of work that the diagram does not explain needs an operator who did it."""
    row = modified.row_of("ProcessInstanceModified")
    modified.rewrite(row, lambda body: body["records"][0].__setitem__(0, "VariablesMended"))

    assert found(modified)[0] == row.first_seq


def test_another_reason_is_found_by_the_chain(modified):
    """The reason decides nothing in the execution, so the chain has to hold it."""
    row = modified.row_of("ProcessInstanceModified")
    modified.set_row(row, body=row.body.replace(b"wrong papers", b"other papers"))

    assert found(modified)[:1] == (row.first_seq,)
