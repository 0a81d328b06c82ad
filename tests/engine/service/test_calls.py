"""Calls of connectors: begun in one commit, made outside of any, answered in another; with a real client and a real server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Event
from typing import Any

import pytest

from engine.domain.errors import NotFound
from engine.domain.waiting import OUTCOME_UNKNOWN
from engine.service.calls import BeginCall
from engine.service.command import SERVICE, Sender
from engine.service.connectors import Connectors, registered
from engine.service.deployments import Deployed
from engine.service.jobs import CompleteJob, FetchJobs
from engine.service.modification import Arrival, ModifyProcessInstance
from engine.service.process_instances import ResumeProcessInstance, SuspendProcessInstance
from tests.engine.runtime.models import boundary, diagram, node, path, start, user
from tests.engine.service.office import Office
from tests.other_system import Answer, OtherSystem, answer, cuts_off, other_system, says

ERROR = '<errorEventDefinition errorRef="e_one"/>'
SECRET = "s3cret-canary-71f0"
GIVEN = {"ma": "H12/34 ă", "dien_tich": 120, "rieng": "not given"}


def registration(url: str, *, more: str = "", operation: str = "", expects: str = "expects = [200]") -> str:
    """A file of connectors with one system at ``url`` and one operation."""
    return f"""
[thue_dat]
url = "{url}/api"
plain = true
networks = ["127.0.0.0/8"]
seconds = 1
size = 5000
{more}
[thue_dat.headers]
Authorization = {{ secret = "THUE", before = "Bearer " }}
[thue_dat.operations.gui]
method = "POST"
path = "/phieu/${{ma}}"
{expects}
query = {{ nam = "${{ '2026' }}", trong = "${{ ma == 'x' ? ma : null }}" }}
body = {{ dienTich = "${{dien_tich}}", loai = "dat_o", ds = ["${{ma}}", 1] }}
result = {{ so_phieu = "${{response.body.so}}", may = "response['headers']['x-may']" }}
errors = [{{ status = [409], when = "${{response.body.ma == 'TRUNG'}}", code = "E1" }}]
{operation}
"""


def connectors(text: str) -> Connectors:
    """What the service makes of the file."""
    return registered(text.encode(), {"THUE": SECRET}.get)


def model(**attributes: str) -> bytes:
    """A service task that calls, with a boundary event for error E1."""
    attributes = {"motcua_connector": "thue_dat.gui", "motcua_dataIn": "ma, dien_tich", **attributes}
    task = node("serviceTask", "j", name="Gửi phiếu", **attributes)
    return diagram(
        start() + task + boundary("b", "j", ERROR) + user("after") + user("other") + path("s", "j", "after") + path("b", "other")
    )  # fmt: skip


OK = answer(200, {"so": "PC-1"}, "X-May: m1")


@contextmanager
def calling(
    *answers: Answer, url: str = "sqlite:///:memory:", forgetful: bool = False, **said: str
) -> Iterator[tuple[Office, OtherSystem]]:
    """A service, and a system that it may call."""
    with other_system(*answers) as system:
        office = Office(url, forgetful=forgetful, connectors=connectors(registration(system.url, **said)))
        office.deploy(("p.bpmn", model()))
        try:
            yield office, system
        finally:
            office.close()


def begun(office: Office, values: dict[str, Any] = GIVEN) -> str:
    """An instance that has called."""
    instance = office.start("p", values)
    office.settle()
    return instance


def waits_for(office: Office, instance: str) -> list[str]:
    """The elements where people have something to do."""
    return [task.activity.partition("#")[0] for task in office.tasks(instance)]


def the_same_again(office: Office, instance: str) -> None:
    """What every history has to stand: execution again, also without its values, and a rebuild; the network is not needed."""
    verification = office.verify(instance)
    assert verification.identical, verification
    assert office.verify_erased(instance).identical
    before = office.derived()
    office.rebuild()
    assert office.derived() == before


@pytest.mark.parametrize("forgetful", [False, True])
def test_a_service_task_calls_another_system_and_goes_on_with_its_answer(forgetful):
    """The whole way: what the operator wrote with the values that the task gives, and back."""
    with calling(OK, forgetful=forgetful) as (office, system):
        instance = begun(office)
        [request] = system.received
        assert waits_for(office, instance) == ["after"]
        assert office.variables(instance) == {**GIVEN, "so_phieu": "PC-1", "may": "m1"}
        assert [kind for kind in office.kinds(instance) if kind.startswith("Job")] == [
            "JobRequested",
            "JobBegun",
            "JobCompleted",
        ]
        assert request.line == "POST /api/phieu/H12%2F34%20%C4%83?nam=2026 HTTP/1.1"
        assert request.json() == {"dienTich": 120, "loai": "dat_o", "ds": ["H12/34 ă", 1]}
        assert request.headers["authorization"] == f"Bearer {SECRET}"
        assert len(request.headers["idempotency-key"]) == 36
        the_same_again(office, instance)


def test_only_what_the_task_gives_can_leave_the_dossier():
    """The operator's template reads the job's values, and nothing else of the dossier."""
    with calling(OK, operation='headers = { X-Rieng = "${rieng}" }') as (office, system):
        instance = begun(office)
        [incident] = office.incidents(instance)
        assert (incident.code, system.connects) == ("callRefused", 0)
        assert "${rieng} (variableMissing)" in incident.detail["vi"]
        the_same_again(office, instance)


@pytest.mark.parametrize("ma", ["a\r\nX-Evil: 1", "a\nb", "đất", "a\x00"])
def test_no_value_becomes_a_second_header(ma):
    """Refused before anything is connected; the incident says so, and does not quote it."""
    with calling(OK, operation='headers = { X-Ma = "${ma}" }') as (office, system):
        instance = begun(office, GIVEN | {"ma": ma.replace("\x00", "\x01")})
        [incident] = office.incidents(instance)
        assert (incident.code, system.connects) == ("callRefused", 0)
        assert ma not in repr(incident)


def test_an_answer_can_be_a_bpmn_error():
    """The diagram says what happens then, not an operator in the night."""
    with calling(answer(409, {"ma": "TRUNG"})) as (office, system):
        instance = begun(office)
        assert waits_for(office, instance) == ["other"]
        assert system.connects == 1
        the_same_again(office, instance)


@pytest.mark.parametrize("status", [301, 400, 401, 403, 404, 409, 418, 422])
def test_a_refusal_is_not_asked_again(status):
    """The same request would be refused again; a person has to mend something. The incident quotes nothing of the answer."""
    with calling(answer(status, {"ma": "KHAC", "loi": f"{SECRET} Nguyễn Văn A"})) as (office, system):
        instance = begun(office)
        office.advance(hours=3)
        [incident] = office.incidents(instance)
        assert (incident.code, system.connects) == ("jobFailed", 1)
        assert f"HTTP {status}" in incident.detail["vi"]
        assert "Nguyễn" not in repr(incident)
        the_same_again(office, instance)


@pytest.mark.parametrize("status", [408, 425, 429, 500, 503])
def test_what_may_pass_is_tried_again_under_the_same_key(status):
    """A server that is restarted at night needs no person."""
    with calling(answer(status), answer(status), OK) as (office, system):
        instance = begun(office)
        office.advance(hours=1)
        assert waits_for(office, instance) == ["after"]
        assert len({request.headers["idempotency-key"] for request in system.received}) == 1
        assert [k for k in office.kinds(instance) if k == "JobFailed"] == ["JobFailed"] * 2
        the_same_again(office, instance)


def test_tries_end_and_a_person_is_told():
    """Five tries, not for ever; and retrying the incident begins anew, as a new request."""
    with calling(*[answer(503)] * 5, OK) as (office, system):
        instance = begun(office)
        office.advance(hours=1)
        [incident] = office.incidents(instance)
        assert (incident.code, system.connects) == ("jobFailed", 5)
        office.retry(instance)
        office.settle()
        assert waits_for(office, instance) == ["after"]
        assert len({request.headers["idempotency-key"] for request in system.received}) == 2
        the_same_again(office, instance)


def test_a_system_that_asks_for_a_pause_gets_it():
    """Retry-After: whoever knocks all the same makes it worse."""
    with calling(answer(429, {}, "Retry-After: 600"), OK) as (office, system):
        begun(office)
        office.advance(minutes=9)
        assert system.connects == 1
        office.advance(minutes=2)
        assert system.connects == 2


def test_a_system_that_is_away_is_tried_again():
    """Nothing was sent, so nothing can have been done twice."""
    with other_system() as gone:
        pass
    office = Office(connectors=connectors(registration(gone.url)))
    office.deploy(("p.bpmn", model()))
    instance = begun(office)
    assert office.incidents(instance) == []
    assert [k for k in office.kinds(instance) if k.startswith("Job")] == ["JobRequested", "JobBegun", "JobFailed"]
    office.advance(hours=1)
    [incident] = office.incidents(instance)
    assert incident.code == "jobFailed" and "không kết nối được" in incident.detail["vi"]
    office.close()


UNKNOWN = {
    "cut off": cuts_off,
    "gateway": answer(502),
    "gateway in time": answer(504),
    "too large": answer(200, {"so": "x" * 6000}),
    "no JSON": says(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1\r\n\r\n{"),
    "other JSON": answer(200, {"khac": 1}),
    "not storable": answer(200, {"so": 2**60}, "X-May: m"),
}


@pytest.mark.parametrize("then", UNKNOWN.values(), ids=UNKNOWN)
def test_what_may_have_been_done_is_not_asked_again_by_itself(then):
    """A land tax that is charged twice is worse than a dossier that waits: a person asks the other side first."""
    with calling(then) as (office, system):
        instance = begun(office)
        office.advance(hours=3)
        [incident] = office.incidents(instance)
        assert (incident.code, system.connects) == (OUTCOME_UNKNOWN, 1)
        the_same_again(office, instance)


def test_who_calls_again_after_an_unknown_outcome_uses_the_same_key():
    """A system that knows the key answers what it answered, and does nothing twice."""
    with calling(cuts_off, OK) as (office, system):
        instance = begun(office)
        office.retry(instance)
        office.settle()
        assert waits_for(office, instance) == ["after"]
        first, second = (request.headers["idempotency-key"] for request in system.received)
        assert first == second
        the_same_again(office, instance)


def test_who_learns_that_it_was_done_enters_the_results_and_moves_on():
    """The other way out of an unknown outcome: by hand, without a call."""
    with calling(cuts_off) as (office, system):
        instance = begun(office)
        office.mend(instance, so_phieu="PC-9")
        [incident] = office.incidents(instance)
        office.do(ModifyProcessInstance(instance, (incident.activity,), (Arrival(flow="j__after"),), "thuế đã nhận"))
        assert waits_for(office, instance) == ["after"]
        assert office.incidents(instance) == []
        assert (office.variables(instance)["so_phieu"], system.connects) == ("PC-9", 1)
        the_same_again(office, instance)


def test_an_idempotent_system_is_asked_again_whatever_became_of_it():
    """The operator says of such a system that asking twice is the same as asking once."""
    with calling(cuts_off, answer(504), OK, more="idempotent = true") as (office, system):
        instance = begun(office)
        office.advance(hours=1)
        assert waits_for(office, instance) == ["after"]
        assert len({request.headers["idempotency-key"] for request in system.received}) == 1


def interrupted(office: Office, instance: str) -> None:
    """The service records that it will call, and is gone before it has an answer."""
    [job] = office.jobs(instance)
    office.writer.do(BeginCall(job, office.connectors.of(job)), SERVICE)
    office.restart()


def test_an_interrupted_call_counts_as_unknown():
    """It may have been sent: only the record that it was begun is left."""
    with calling(OK) as (office, system):
        instance = office.start("p", GIVEN)
        interrupted(office, instance)
        office.settle()
        assert office.incidents(instance) == []
        office.advance(minutes=1)
        [incident] = office.incidents(instance)
        assert (incident.code, system.connects) == (OUTCOME_UNKNOWN, 0)
        the_same_again(office, instance)


def test_an_interrupted_call_of_an_idempotent_system_is_made_again():
    """After a restart nobody is needed."""
    with calling(OK, more="idempotent = true") as (office, system):
        instance = office.start("p", GIVEN)
        interrupted(office, instance)
        office.advance(minutes=1)
        assert (waits_for(office, instance), system.connects) == (["after"], 1)
        the_same_again(office, instance)


def test_a_rebuild_does_not_forget_that_a_call_is_under_way():
    """That it was begun stands in the log: otherwise a rebuild in between would have it made twice."""
    with calling(OK) as (office, system):
        instance = office.start("p", GIVEN)
        interrupted(office, instance)
        office.rebuild()
        office.settle()
        office.advance(minutes=1)
        assert (office.incidents(instance)[0].code, system.connects) == (OUTCOME_UNKNOWN, 0)


def test_the_same_job_is_begun_once():
    """Two processes that find the same job."""
    with calling(OK) as (office, _):
        instance = office.start("p", GIVEN)
        [job] = office.jobs(instance)
        command = BeginCall(job, office.connectors.of(job))
        first, second = (office.writer.do(command, SERVICE) for _ in range(2))
        assert first and second is False


def test_no_worker_is_given_a_call():
    """A worker that asks for such a topic gets nothing, and cannot answer in the service's place."""
    with calling(OK) as (office, _):
        instance = office.start("p", GIVEN)
        [job] = office.jobs(instance)
        assert office.do(FetchJobs((job.topic or "",), 10, timedelta(minutes=1))) == ()
        with pytest.raises(NotFound):
            office.do(CompleteJob(job.id, values={"so_phieu": "forged"}), Sender("service"))


def test_an_answer_that_comes_while_the_instance_is_suspended_is_kept():
    """Suspended between call and answer: the answer is recorded once the instance goes on."""

    def suspends(connection: Any, request: Any) -> None:
        office.writer.do(SuspendProcessInstance(instance, "test"), SERVICE)
        OK(connection, request)

    with calling(suspends) as (office, system):
        instance = office.start("p", GIVEN)
        office.settle()
        assert office.head(instance).state == "suspended"
        office.writer.do(ResumeProcessInstance(instance), SERVICE)
        office.settle()
        office.settle()
        assert (waits_for(office, instance), system.connects) == (["after"], 1)


def test_what_is_not_registered_is_an_incident_that_says_so():
    """And can be retried once the operator has registered it."""
    office = Office()
    deployed: Deployed = office.deploy(("p.bpmn", model()))
    assert [warning.code for warning in deployed.warnings] == ["connectorMissing"]
    instance = begun(office)
    [incident] = office.incidents(instance)
    assert incident.code == "connectorMissing" and "thue_dat.gui" in incident.detail["vi"]
    with other_system(OK) as system:
        office.connectors = connectors(registration(system.url))
        office.restart()
        office.retry(instance)
        office.settle()
        assert waits_for(office, instance) == ["after"]
    office.close()


def test_deploying_warns_of_what_an_operation_needs_and_is_not_given():
    """Found before the first dossier gets there."""
    with calling(OK) as (office, _):
        deployed = office.deploy(("p.bpmn", model(motcua_dataIn="ma")))
        [warning] = deployed.warnings
        assert warning.code == "connectorInputMissing" and "dien_tich" in warning.vi


def test_a_slow_system_holds_up_nobody_else():
    """Four of its calls at once; what other people do goes on meanwhile."""
    released = Event()

    def slow(connection: Any, request: Any) -> None:
        released.wait(5)
        OK(connection, request)

    with calling(slow) as (office, _):
        instances = [office.start("p", GIVEN) for _ in range(10)]
        office.runner.run_due()
        office.runner.run_due()
        with office.store.read() as queries:
            begun = [job for id in instances for job in queries.jobs_of(id) if job.worker]
        assert len(begun) == 4
        office.start("p", GIVEN)
        released.set()
        office.settle()
        assert all(waits_for(office, instance) == ["after"] for instance in instances)


def test_a_secret_is_nowhere_but_in_the_request(capfd):
    """A server that sends it back, in a value, a header and an error; a dossier, its log and the service's own log are searched."""
    echo = answer(200, {"so": f"x{SECRET}y"}, f"X-May: {SECRET}")
    with calling(answer(503, {"e": SECRET}, f"X-May: {SECRET}"), echo, answer(400, {"e": SECRET})) as (office, system):
        instances = [begun(office), begun(office)]
        office.advance(hours=1)
        assert any(SECRET in request.headers["authorization"] for request in system.received)
        seen = [repr(office.derived()), repr([office.rows(instance) for instance in instances]), *capfd.readouterr()]
        seen += [repr(office.connectors), repr([office.incidents(instance) for instance in instances])]
        assert {office.variables(instance).get("so_phieu") for instance in instances} == {"x***y", None}
        assert not [text for text in seen if SECRET in text]
