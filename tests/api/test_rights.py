"""Who may do what, to whose dossiers: every route, every role, nothing left to chance."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from time import monotonic
from typing import Any

import pytest

from api.app import make_app
from api.bootstrap import Service, wire
from api.identities import REMEMBERED
from api.policy import RIGHTS, Policy, policies
from api.settings import Settings
from engine.domain.access import Role
from engine.domain.inbound import packet_id
from engine.domain.system import Notice
from engine.domain.values import written
from engine.domain.webhook import Receiver
from engine.service.command import SERVICE
from engine.service.inbound import TakeNotice
from engine.service.keys import RevokeApiKey
from tests.api.models import chain, process
from tests.api.office import KEY, Office, refused
from tests.api.people import TREE, Person, body_of

P, O, Y, A, R, U, W, D = "POYARUWD"  # noqa: E741 - portal, officer, analyst, approver, operator, auditor, worker, admin
ROLES = {
    P: Role.PORTAL, O: Role.OFFICER, Y: Role.ANALYST, A: Role.APPROVER, R: Role.OPERATOR, U: Role.AUDITOR,
    W: Role.WORKER, D: Role.ADMIN,
}  # fmt: skip
EXPECTED = {
    "POST /v1/deployments": "YD",
    "GET /v1/process-definitions": "YARUD",
    "GET /v1/process-definitions/<id>": "YARUD",
    "GET /v1/process-definitions/<id>/bpmn": "YARUD",
    "GET /v1/process-definitions/<id>/statistics": "YRUD",
    "POST /v1/process-instances": "POD",
    "GET /v1/process-instances": "PORUD",
    "GET /v1/process-instances/<id>": "PORUD",
    "GET /v1/process-instances/<id>/why": "PORUD",
    "GET /v1/process-instances/<id>/variables": "POUD",
    "PATCH /v1/process-instances/<id>/variables": "RD",
    "POST /v1/process-instances/<id>/suspend": "RD",
    "POST /v1/process-instances/<id>/resume": "RD",
    "POST /v1/process-instances/<id>/cancel": "RD",
    "POST /v1/process-instances/<id>/modification": "RD",
    "POST /v1/batches": "RD",
    "GET /v1/batches": "RD",
    "GET /v1/batches/<id>": "RD",
    "GET /v1/batches/<id>/items": "RD",
    "GET /v1/batches/<id>/undo": "RD",
    "POST /v1/batches/<id>/pause": "RD",
    "POST /v1/batches/<id>/resume": "RD",
    "POST /v1/batches/<id>/cancel": "RD",
    "GET /v1/process-instances/<id>/history": "UD",
    "GET /v1/process-instances/<id>/activities": "POUD",
    "GET /v1/process-instances/<id>/papers": "POUD",
    "GET /v1/papers": "POUD",
    "GET /v1/papers/<id>": "POUD",
    "GET /v1/papers/<id>/pdf": "POUD",
    "GET /v1/process-instances/<id>/state": "UD",
    "GET /v1/process-instances/<id>/export": "UD",
    "POST /v1/process-instances/<id>/verification": "UD",
    "GET /v1/tasks": "OUD",
    "GET /v1/tasks/<id>": "OUD",
    "GET /v1/tasks/<id>/form": "OUD",
    "POST /v1/tasks/<id>/claim": "OD",
    "POST /v1/tasks/<id>/release": "OD",
    "POST /v1/tasks/<id>/assign": "OD",
    "POST /v1/tasks/<id>/complete": "OD",
    "POST /v1/dossiers": "POD",
    "PUT /v1/dossiers/<code>": "POD",
    "GET /v1/dossiers": "PORUD",
    "GET /v1/dossiers/<code>": "PORUD",
    "GET /v1/dossiers/<code>/clock": "PORUD",
    "POST /v1/dossiers/<code>/extension": "OD",
    "POST /v1/dossiers/<code>/notes": "OD",
    "POST /v1/dossiers/<code>/withdrawal": "POD",
    "POST /v1/dossiers/<code>/supplement": "POD",
    "POST /v1/dossiers/<code>/documents": "POD",
    "GET /v1/dossiers/<code>/documents": "POUD",
    "GET /v1/dossiers/<code>/documents/<document_id>": "POUD",
    "POST /v1/dossiers/<code>/payments": "OD",
    "GET /v1/dossiers/<code>/payments": "POUD",
    "POST /v1/dossiers/<code>/payments/<payment_id>/refund": "OD",
    "GET /v1/indicators": "YRUD",
    "POST /v1/messages": "PD",
    "POST /v1/signals": "D",
    "POST /v1/jobs/fetch": "RWD",
    "POST /v1/jobs/<id>/complete": "RWD",
    "POST /v1/jobs/<id>/fail": "RWD",
    "POST /v1/jobs/<id>/error": "RWD",
    "POST /v1/jobs/<id>/extend": "RWD",
    "GET /v1/connectors": "YARUD",
    "GET /v1/parked-packets": "RUD",
    "GET /v1/parked-packets/<id>": "RUD",
    "POST /v1/parked-packets/<id>/retry": "RD",
    "POST /v1/parked-packets/<id>/resolve": "RD",
    "GET /v1/incidents": "RUD",
    "GET /v1/incidents/<id>": "RUD",
    "POST /v1/incidents/<id>/retry": "RD",
    "GET /v1/records": "UD",
    "GET /v1/events": "PRUD",
    "POST /v1/subscriptions": "RD",
    "GET /v1/subscriptions": "RD",
    "GET /v1/subscriptions/<id>": "RD",
    "DELETE /v1/subscriptions/<id>": "RD",
    "POST /v1/subscriptions/<id>/pause": "RD",
    "POST /v1/subscriptions/<id>/resume": "RD",
    "POST /v1/subscriptions/<id>/replay": "RD",
    "POST /v1/subscriptions/<id>/secrets": "RD",
    "DELETE /v1/subscriptions/<id>/secrets/<secret_id>": "RD",
    "POST /v1/api-keys": "D",
    "GET /v1/api-keys": "UD",
    "POST /v1/api-keys/<id>/revoke": "D",
    "PUT /v1/users/<id>": "D",
    "GET /v1/users": "UD",
    "POST /v1/process-definitions/<id>/approve": "AD",
    "GET /v1/procedures": "YARUD",
    "GET /v1/procedures/<code>": "YARUD",
    "GET /v1/procedures/legal-basis-ended": "YARUD",
    "GET /v1/organisation": "POYARUWD",
    "PUT /v1/organisation": "D",
    "POST /v1/clock/advance": "D",
    "GET /metrics": "RUD",
}
"""Which roles a route is for: written by hand, so that neither side can change alone."""
OPEN = {
    "GET /v1/public/dossiers/<code>", "GET /healthz", "GET /readyz", "GET /v1/openapi.json",
    "POST /v1/inbound/<connector>/<kind>", "POST /v1/public/dossiers/<code>/rating",
}  # fmt: skip
TASK = chain(
    "startEvent|s", 'userTask|t|motcua:candidateGroups="g"', 'userTask|t2|motcua:candidateGroups="g" motcua:fourEyes="t"',
    "endEvent|e",
)  # fmt: skip
JOB = chain("startEvent|s", 'serviceTask|job|motcua:topic="x" motcua:dataIn="secret"', "endEvent|e")
PAPER = chain("startEvent|s", 'serviceTask|giay|motcua:paper="mau_01" motcua:dataIn="secret"', "endEvent|e")
PURPOSE = {"purpose": "kiem tra"}


@pytest.fixture(scope="module")
def office() -> Iterator[Office]:
    """A province with two communes, and one dossier in each."""
    service = wire(Settings(database_url="sqlite:///:memory:", clock="virtual", admin_key=KEY))
    service.start()
    office = Office(service, make_app(service).test_client())
    assert 200 == office.call("PUT", "/v1/organisation", TREE).status_code
    office.deploy("p", TASK)
    office.deploy("j", JOB)
    office.deploy("g", PAPER)
    yield office
    service.stop()


@pytest.fixture(scope="module")
def people(office: Office) -> dict[str, Person]:
    """One of each role, the officers in the first commune."""
    return {letter: Person(office, f"a-{role}", role, unit="X1", groups=["g"]) for letter, role in ROLES.items()}


@pytest.fixture(scope="module")
def strangers(office: Office) -> dict[str, Person]:
    """One of each role who has nothing to do with the first commune."""
    return {
        letter: Person(office, f"b-{role}", role, unit="X2", groups=["g"], topics=["y"])
        for letter, role in ROLES.items()
    }


@pytest.fixture(scope="module")
def things(office: Office, people: dict[str, Person]) -> dict[str, str]:
    """Something of each kind, of the first commune, which its portal began."""
    started = people[P].post(
        "/v1/process-instances", {"processDefinitionKey": "p", "variables": {"secret": "s3cret"}, "unit": "X1"}
    )
    assert 201 == started.status_code, started.text
    instance = started.json["id"]
    job = office.start("j", {"secret": "s3cret"}, unit="X1")
    return {
        "process-instances": instance,
        "tasks": office.tasks(instance)[0]["id"],
        "jobs": job["activeElements"][0]["waitingFor"][0]["jobId"],
        "papers": _paper(office, unit="X1"),
    }


def _paper(office: Office, **more: Any) -> str:
    """A paper that was asked for."""
    instance = office.start("g", {"secret": "s3cret"}, **more)["id"]
    id: str = office.get(f"/v1/process-instances/{instance}/papers")["items"][0]["id"]
    return id


def test_every_route_has_its_roles(office: Office) -> None:
    """A new route without a line here fails, and so does a line without a route."""
    policy = policies(office.client.application)
    found = {}
    for rule in office.client.application.url_map.iter_rules():
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            found[f"{method} {rule.rule}"] = policy[rule.endpoint]

    assert OPEN == {name for name, of in found.items() if of is Policy.OPEN}
    assert EXPECTED.keys() == found.keys() - OPEN
    for name, letters in EXPECTED.items():
        assert {ROLES[letter] for letter in letters} == {role for role in Role if found[name] in RIGHTS[role]}, name


@pytest.mark.parametrize("route", EXPECTED)
def test_others_are_forbidden(office: Office, people: dict[str, Person], things: dict[str, str], route: str) -> None:
    """Who may not is told so, whatever he asks for and whether it is there or not; who may is not."""
    method, _, path = route.partition(" ")
    if route == "POST /v1/clock/advance":
        body: Any = {"seconds": -1}
    else:
        body = {} if method != "GET" else None
    for letter, person in people.items():
        for id in (things.get(path.split("/")[2] if path.count("/") > 1 else "", "none"), "none"):
            if method != "GET" and letter in EXPECTED[route] and id != "none":
                continue
            answer = person.call(method, path.replace("<id>", id), body, **PURPOSE)
            assert (answer.status_code == 403) is (letter not in EXPECTED[route]), (letter, answer.text)
            assert answer.status_code < 500


@pytest.mark.parametrize("letter", [P, O])
@pytest.mark.parametrize(
    "route", [name for name in EXPECTED if "<id>" in name and ("P" in EXPECTED[name] or "O" in EXPECTED[name])]
)
def test_what_is_not_theirs_is_not_there(
    office: Office, strangers: dict[str, Person], things: dict[str, str], route: str, letter: str
) -> None:
    """A foreign dossier and one that never was are answered alike, or one could find out which there are."""
    if letter not in EXPECTED[route]:
        pytest.skip("not for this role")
    method, _, path = route.partition(" ")
    id = things[path.split("/")[2]]
    body = None if method == "GET" else {"assignee": "x"} if path.endswith("assign") else {}
    foreign = strangers[letter].call(method, path.replace("<id>", id), body)
    unknown = strangers[letter].call(method, path.replace("<id>", "0" * 36), body)

    assert 404 == foreign.status_code == unknown.status_code, foreign.text
    assert body_of(foreign, id) == body_of(unknown, "0" * 36)
    assert dict(foreign.headers).keys() == dict(unknown.headers).keys()


def test_lists_leak_nothing(strangers: dict[str, Person], things: dict[str, str]) -> None:
    """Whatever is asked for, what is another's is in no list."""
    instance = things["process-instances"]
    for letter in (P, O):
        for query in ("", "?processDefinitionKey=p", "?state=running", "?limit=200"):
            assert instance not in strangers[letter].get(f"/v1/process-instances{query}").text
    for query in (
        "",
        f"?processInstanceId={instance}",
        "?candidateGroup=g",
        "?elementId=t",
        "?sort=dueAt",
        "?state=all",
        "?assignee=x",
    ):
        assert [] == strangers[O].get(f"/v1/tasks{query}").json["items"], query


def test_what_is_theirs_is_there(people: dict[str, Person], things: dict[str, str]) -> None:
    """The other half: rights that let nobody in are not rights."""
    instance, task = things["process-instances"], things["tasks"]
    for letter in (P, O):
        assert 200 == people[letter].get(f"/v1/process-instances/{instance}").status_code
        assert {"secret": "s3cret"} == people[letter].get(f"/v1/process-instances/{instance}/variables").json
        assert instance in people[letter].get("/v1/process-instances").text
    for query in (
        "",
        f"?processInstanceId={instance}",
        "?candidateGroup=g",
        "?elementId=t",
        "?sort=-dueAt",
        "?state=all",
    ):
        assert task in {row["id"] for row in people[O].get(f"/v1/tasks{query}").json["items"]}, query


def test_those_above_see_what_is_below(office: Office, things: dict[str, str]) -> None:
    """A province's officers have the communes' work before them, of their own groups."""
    above = Person(office, "above", "officer", unit="T", groups=["g"])
    other = Person(office, "other-group", "officer", unit="X1", groups=["h"])

    assert things["tasks"] in above.get("/v1/tasks?limit=200").text
    assert things["tasks"] not in other.get("/v1/tasks?limit=200").text
    assert 404 == other.post(f"/v1/tasks/{things['tasks']}/claim").status_code
    assert 200 == other.get(f"/v1/process-instances/{things['process-instances']}").status_code


def test_an_officer_starts_in_his_own_unit(office: Office, people: dict[str, Person]) -> None:
    """The dossier is his unit's without his saying; another's and none are refused alike."""
    own = people[O].post("/v1/process-instances", {"processDefinitionKey": "p"})
    assert "X1" == own.json["unit"]
    foreign, none = (
        people[O].post("/v1/process-instances", {"processDefinitionKey": "p", "unit": unit}) for unit in ("X2", "X9")
    )

    assert refused(foreign, 422, "invalidValues")["errors"] == refused(none, 422, "invalidValues")["errors"]


def test_a_business_key_of_another_is_not_explained(office: Office, strangers: dict[str, Person]) -> None:
    """That a key is taken cannot be hidden; by which dossier can."""
    taken = office.start("p", businessKey="HS-1", unit="X1")
    answer = strangers[O].post("/v1/process-instances", {"processDefinitionKey": "p", "businessKey": "HS-1"})

    refused(answer, 409, "businessKeyTaken")
    assert taken["id"] not in answer.text


@pytest.fixture(scope="module")
def abroad(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[dict[str, Person], dict[str, str], str]]:
    """One database, two tenants: one of each role in the second, something of each kind in the first, a key of the first."""
    url = f"sqlite:///{tmp_path_factory.mktemp('two')}/two.db"
    hooks = Receiver("https://hooks.example.vn")
    one = wire(
        Settings(
            database_url=url, clock="virtual", admin_key=KEY, tenant="one", webhook_hosts=(hooks,), webhook_key=b"k" * 32
        )
    )  # fmt: skip
    one.start()
    first = Office(one, make_app(one).test_client())
    definition = first.deploy("p", TASK)
    first.deploy("j", JOB)
    first.deploy("g", PAPER)
    first.deploy("f", chain("startEvent|s", "scriptTask|sum||<script>x = secret + 1</script>", "endEvent|e"))
    instance, stuck = first.start("p", {"secret": "s3cret"})["id"], first.start("f", {"secret": "s3cret"})["id"]
    job = first.start("j", {"secret": "s3cret"})["activeElements"][0]["waitingFor"][0]["jobId"]
    portal = Person(first, "portal", "portal")
    notice = Notice("r", "k", {})
    one.writer.do(TakeNotice("x", "y", notice), SERVICE)
    batch = first.post("/v1/batches", {"operation": "suspend", "reason": "r", "filter": {"businessKeys": ["none"]}})
    later = {"url": f"{hooks.origin}/", "types": ["BatchCancelled"]}  # nothing is to be sent
    subscription = first.post("/v1/subscriptions", later)
    things = {
        "process-definitions": definition,
        "process-instances": instance,
        "tasks": first.tasks(instance)[0]["id"],
        "jobs": job,
        "papers": _paper(first),
        "incidents": first.get(f"/v1/incidents?processInstanceId={stuck}")["items"][0]["id"],
        "batches": batch.json["id"],
        "api-keys": portal.id,
        "users": "portal",
        "subscriptions": subscription.json["id"],
        "parked-packets": packet_id("x", "y", notice),
    }
    one.stop()
    two = wire(Settings(database_url=url, clock="virtual", admin_key=KEY, tenant="two"))
    two.start()
    second = Office(two, make_app(two).test_client())
    people = {letter: Person(second, f"c-{role}", role, groups=["g"]) for letter, role in ROLES.items()}
    yield people, things, portal.secret
    two.stop()


@pytest.mark.parametrize("route", [name for name in EXPECTED if "<id>" in name and not name.startswith("PUT")])
def test_another_tenants_is_not_there(abroad: tuple[dict[str, Person], dict[str, str], str], route: str) -> None:
    """Not even for an administrator: ids of another province's dossiers answer like ids that never were."""
    people, things, _ = abroad
    method, _, path = route.partition(" ")
    id = things[path.split("/")[2]]
    body = None if method == "GET" else _valid(route)
    for letter in EXPECTED[route]:
        foreign, unknown = (
            people[letter].call(method, path.replace("<id>", named), body, **PURPOSE, **_headers(route))
            for named in (id, "0" * 36)
        )
        assert 404 == foreign.status_code == unknown.status_code, (letter, foreign.text)
        assert body_of(foreign, id) == body_of(unknown, "0" * 36)


def _valid(route: str) -> dict[str, Any]:
    """A body that is refused for nothing but the id."""
    action = route.rpartition("/")[2]
    bodies: dict[str, dict[str, Any]] = {
        "assign": {"assignee": "x"},
        "variables": {"variables": {"a": 1}, "reason": "r"},
        "modification": {"reason": "r", "start": [{"elementId": "t"}]},
        "fail": {"message": "e"},
        "error": {"code": "e"},
        "extend": {"lockFor": 10},
        "replay": {"after": 0},
        "approve": {"reason": "r", "legalDocument": "d", "validFrom": "2026-01-01"},
        "resolve": {"reason": "r"},
    }
    with_reason = route.startswith("POST /v1/process-instances") and action in ("suspend", "cancel")
    return bodies.get(action, {"reason": "r"} if with_reason else {})


def _headers(route: str) -> dict[str, str]:
    return {"if_match": '"1"'} if route.startswith("PATCH") else {}


def test_lists_have_nothing_of_another_tenant(abroad: tuple[dict[str, Person], dict[str, str], str]) -> None:
    """No list of any role, and no key, crosses from one province into another."""
    people, things, secret = abroad
    lists = [name for name in EXPECTED if name.startswith("GET") and "<id>" not in name]
    for route in lists:
        for letter in EXPECTED[route]:
            answer = people[letter].call("GET", f"{route[4:]}", **PURPOSE)
            assert not [id for id in things.values() if len(id) > 30 and id in answer.text], (route, letter)
    fetched = people[W].post("/v1/jobs/fetch", {"topics": ["x"], "max": 100})
    assert [] == fetched.json["items"]
    assert 401 == people[P].get("/v1/process-instances", Authorization=f"Bearer {secret}").status_code


def test_only_some_act_for_others(people: dict[str, Person]) -> None:
    """On-Behalf-Of is believed of programs that know whom they serve."""
    for letter, person in people.items():
        answer = person.get("/v1/organisation", on_behalf_of="lan")
        assert (answer.status_code == 403) is (letter not in "PWD"), letter


def test_an_operator_sees_no_values(office: Office, people: dict[str, Person]) -> None:
    """What is stuck and where is shown; on whose values is not."""
    office.deploy("f", chain("startEvent|s", "scriptTask|sum||<script>x = secret + 1</script>", "endEvent|e"))
    instance = office.post(
        "/v1/process-instances",
        {"processDefinitionKey": "f", "variables": {"secret": "s3cret"}},
        on_behalf_of="citizen",
    ).json["id"]
    incident = office.get(f"/v1/incidents?processInstanceId={instance}")["items"][0]
    assert "s3cret" in str(incident)
    paths = [
        "/v1/incidents",
        f"/v1/incidents/{incident['id']}",
        f"/v1/process-instances/{instance}",
        "/v1/process-instances",
    ]
    shown = [people[R].get(path).text for path in paths]
    shown.append(people[R].post(f"/v1/incidents/{incident['id']}/retry").text)
    shown.append(people[R].post("/v1/jobs/fetch", {"topics": ["x"]}).text)

    assert not [text for text in shown if "s3cret" in text or "citizen" in text]
    seq = office.instance(instance)["seq"]
    mended = people[R].call(
        "PATCH",
        f"/v1/process-instances/{instance}/variables",
        {"variables": {"secret": 1}, "reason": "r"},
        if_match=f'"{seq}"',
    )
    assert 200 == mended.status_code


def test_a_worker_has_the_jobs_of_its_topics(office: Office, strangers: dict[str, Person]) -> None:
    """A job of another topic is not there: not to be fetched, not to be answered."""
    job = office.start("j", {"secret": "s3cret"})["activeElements"][0]["waitingFor"][0]["jobId"]
    own = Person(office, "x-worker", "worker", topics=["x"])

    assert [] == strangers[W].post("/v1/jobs/fetch", {"topics": ["x"], "max": 100}).json["items"]
    assert body_of(strangers[W].post(f"/v1/jobs/{job}/complete"), job) == body_of(
        strangers[W].post(f"/v1/jobs/{'0' * 36}/complete"), "0" * 36
    )
    fetched = own.post("/v1/jobs/fetch", {"topics": ["x"], "max": 100}).json["items"]
    assert {"secret": "s3cret"} == next(row["variables"] for row in fetched if row["id"] == job)
    assert 200 == own.post(f"/v1/jobs/{job}/complete").status_code


def test_looking_at_a_dossier_leaves_a_record(
    office: Office, people: dict[str, Person], things: dict[str, str]
) -> None:
    """Who read what, and what for, can be asked afterwards; without a purpose an auditor sees nothing."""
    instance = things["process-instances"]
    path = f"/v1/process-instances/{instance}/variables"
    refused(people[U].get(path), 428, "purposeMissing")
    before = reads(office)
    people[U].get(path, purpose="don%20khi%E1%BA%BFu%20n%E1%BA%A1i")
    people[O].get(path)
    people[P].get(path)
    people[U].get(f"/v1/process-instances/{'0' * 36}/variables", **PURPOSE)
    after = reads(office)[: -len(before) or None]

    assert [("a-officer", None), ("a-auditor", "don khiếu nại")] == [
        (row["actor"], row["payload"]["purpose"]) for row in after if row["payload"]["id"] == instance
    ]
    assert {"GET /v1/process-instances/<id>/variables"} == {
        row["payload"]["route"] for row in after if row["actor"] != "admin"
    }


def reads(office: Office) -> list[Any]:
    """Every recorded read, the newest first."""
    return list(office.get("/v1/records?kind=PersonalDataRead&limit=200")["items"])


def test_two_steps_need_two_persons(office: Office, people: dict[str, Person]) -> None:
    """Neither by claim nor by completing nor by being given it does one person do both; the administrator no more than others."""
    instance = office.start("p", unit="X1")["id"]
    first = office.tasks(instance)[0]["id"]
    assert 200 == people[O].post(f"/v1/tasks/{first}/complete").status_code
    second = next(task["id"] for task in office.tasks(instance) if task["elementId"] == "t2")
    problem = refused(people[O].post(f"/v1/tasks/{second}/complete"), 409, "fourEyes")
    assert ("t2", "t") == (problem["elementId"], problem["otherElementId"])
    refused(people[O].post(f"/v1/tasks/{second}/claim"), 409, "fourEyes")
    refused(office.post(f"/v1/tasks/{second}/assign", {"assignee": people[O].name}), 409, "fourEyes")
    assert (
        200
        == Person(office, "second", "officer", unit="X1", groups=["g"]).post(f"/v1/tasks/{second}/complete").status_code
    )

    instance = office.start("p")["id"]
    office.complete(office.tasks(instance)[0]["id"])
    refused(office.complete(office.tasks(instance)[0]["id"]), 409, "fourEyes")


def test_a_key_ends(office: Office, service: Service) -> None:
    """Revoked: at once, here; expired: to the second. Neither says why."""
    own = Office(service, make_app(service).test_client())
    gone = Person(own, "gone", "portal")
    assert 200 == gone.get("/v1/process-instances").status_code
    assert 200 == own.post(f"/v1/api-keys/{gone.id}/revoke").status_code
    refused(gone.get("/v1/process-instances"), 401, "unauthenticated")
    ends = written(service.clock.now() + timedelta(seconds=10))
    expiring = Person(own, "expires", "portal", expiresAt=ends)
    own.advance(9)
    assert 200 == expiring.get("/v1/process-instances").status_code
    own.advance(1)
    refused(expiring.get("/v1/process-instances"), 401, "unauthenticated")
    refused(own.post("/v1/api-keys/none/revoke"), 404, "notFound")


def test_a_keys_secret_is_shown_once(office: Office) -> None:
    """A kept answer would be a kept secret."""
    first, again = (
        office.post("/v1/api-keys", {"name": "once", "roles": ["portal"]}, idempotency_key="k-once") for _ in range(2)
    )

    assert first.json["id"] == again.json["id"]
    assert first.json["secret"].startswith(first.json["prefix"])
    assert again.json["secret"] is None
    assert first.json["secret"] not in office.call("GET", "/v1/api-keys?limit=200").text


def test_keys_and_users_share_no_name(office: Office) -> None:
    """The log knows an actor by name; two with one name would be one."""
    Person(office, "shared", "portal")
    refused(office.call("PUT", "/v1/users/shared", {"roles": []}), 409, "nameTaken")
    assert 200 == office.call("PUT", "/v1/users/lan", {"roles": ["officer"], "groups": ["g"]}).status_code
    refused(office.post("/v1/api-keys", {"name": "lan", "roles": ["portal"]}), 409, "nameTaken")
    refused(office.post("/v1/api-keys", {"name": "service", "roles": ["portal"]}), 409, "nameTaken")


def test_a_revoked_key_is_looked_up_again(office: Office, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """What another process revoked ends here as well, when what is remembered of it is too old."""
    own = Office(service, make_app(service).test_client())
    gone = Person(own, "elsewhere", "portal")
    assert 200 == gone.get("/v1/process-instances").status_code
    service.writer.do(RevokeApiKey(gone.id), SERVICE)  # as another process would: nobody tells this one
    assert 200 == gone.get("/v1/process-instances").status_code
    monkeypatch.setattr("api.identities.monotonic", lambda: monotonic() + REMEMBERED + 1)

    refused(gone.get("/v1/process-instances"), 401, "unauthenticated")


def test_four_eyes_may_stand_beside_the_diagram(office: Office) -> None:
    """Who may not change the diagram can still say it; a misspelt id is refused, or it would say nothing."""
    steps = process("beside", chain("startEvent|s", "userTask|a", "userTask|b", "endEvent|e"))
    answer = office.upload({"beside.bpmn": steps, "procedure.toml": b'[four_eyes]\nb = ["misspelt"]'})
    assert ["fourEyesRefused"] == [error["code"] for error in refused(answer, 422, "deploymentRefused")["errors"]]
    assert 201 == office.upload({"beside.bpmn": steps, "procedure.toml": b'[four_eyes]\nb = ["a"]'}).status_code
    instance = office.start("beside")["id"]
    office.complete(office.tasks(instance)[0]["id"])

    refused(office.complete(office.tasks(instance)[0]["id"]), 409, "fourEyes")
    assert 200 == office.complete(office.tasks(instance)[0]["id"], on_behalf_of="lan").status_code
