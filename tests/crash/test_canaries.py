"""What people enter, and what opens doors, is where it belongs and nowhere else: not in logs, refusals, events, counters."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from json import dumps
from pathlib import Path

import pytest

from tests.crash.server import KEY, Server
from tests.engine.runtime.models import diagram, end, node, path, script, start, user
from tests.engine.service.test_calls import registration
from tests.other_system import OtherSystem, answer, other_system

PERSON = "c4nary-of-a-person"
SECRET, WEBHOOK = "c4nary-of-a-connector", "c4nary-of-webhooks-0123456789-0123456789"
FORM = dumps(
    {"type": "object", "properties": {"name": {"type": "string", "maxLength": 60}, "age": {"type": "integer"}}}
).encode()
PATIENCE = 60
STEPS = diagram(
    start() + user("a", motcua_formKey="f") + node("serviceTask", "w", motcua_topic="x", motcua_dataIn="name")
    + node("serviceTask", "c", motcua_connector="thue_dat.gui", motcua_dataIn="ma, dien_tich")
    + node("receiveTask", "m", messageRef="m_go") + script("fails", "age = name + 1") + end()
    + path("s", "a", "w", "c", "m", "fails", "e"),
    key="steps",
)  # fmt: skip


@pytest.fixture
def system() -> Iterator[OtherSystem]:
    """One that answers with what it was told, as some do."""
    with other_system(answer(500, {"said": PERSON}), answer(200, {"so": PERSON}, "X-May: m1")) as system:
        yield system


@pytest.fixture
def receiver() -> Iterator[OtherSystem]:
    """One that takes events."""
    with other_system(answer(200)) as receiver:
        yield receiver


@pytest.fixture
def server(tmp_path: Path, system: OtherSystem, receiver: OtherSystem) -> Iterator[Server]:
    """A service that logs everything."""
    (tmp_path / "connectors.toml").write_text(registration(system.url))
    settings = {"CONNECTORS": f"{tmp_path}/connectors.toml", "SECRET_THUE": SECRET, "LOG_LEVEL": "debug"}
    hooks = {"WEBHOOK_HOSTS": f"{receiver.url}=127.0.0.0/8", "WEBHOOK_KEY": WEBHOOK}
    server = Server(f"sqlite:///{tmp_path}/store.db", tmp_path, CLOCK="virtual", **settings, **hooks)
    server.start()
    yield server
    server.stop()


def refusals(server: Server, id: str, task: str) -> str:
    """What those are answered who send a person's data where it cannot be taken, or with a key that is none."""
    named = {"name": PERSON, "age": PERSON}
    tried = [
        ("POST", f"/v1/tasks/{task}/complete", {"variables": named}),
        ("POST", f"/v1/tasks/{task}/complete", {"variables": {"name": PERSON * 9}}),
        ("POST", f"/v1/tasks/{task}/complete", {"variables": {"name": PERSON, PERSON + "!": 1}}),
        ("POST", "/v1/process-instances", {"processDefinitionKey": "steps", "variables": {"x": PERSON}, PERSON: 1}),
        ("POST", "/v1/messages", {"name": "go", "businessKey": 7, "variables": {"a": PERSON}}),
        ("PATCH", f"/v1/process-instances/{id}/variables", {"variables": {"name": PERSON}, "reason": ""}),
        ("POST", "/v1/jobs/fetch", PERSON),
    ]
    return "".join(said(server, *one) for one in tried) + said(server, "GET", "/v1/tasks", None, f"{KEY}{SECRET}")


def said(server: Server, method: str, where: str, body: object, key: str = KEY) -> str:
    """The whole answer, which is a refusal; what it names in the request's own field names may stand there."""
    connection = HTTPConnection("127.0.0.1", server.port, timeout=10)
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    if method == "PATCH":
        headers["If-Match"] = '"1"'
    connection.request(method, where, None if body is None else dumps(body), headers)
    response = connection.getresponse()
    text = response.read().decode()
    connection.close()
    assert 400 <= response.status < 500, text
    return f"{response.headers}{text}".replace(f"/{PERSON}", "").replace(f"{PERSON}!", "")


def through(server: Server) -> tuple[str, str]:
    """An instance in which everything happened that can go wrong; the refusals on the way."""
    mark = '--mark\r\nContent-Disposition: form-data; name="files"; filename="{}"\r\n\r\n{}\r\n'
    files = mark.format("s.bpmn", STEPS.decode()) + mark.format("forms/f.json", FORM.decode()) + "--mark--\r\n"
    kind = {"Content-Type": "multipart/form-data; boundary=mark"}
    server.call("POST", "/v1/deployments", files.encode(), **kind)
    server.call(
        "POST",
        "/v1/subscriptions",
        {"url": f"{server.settings['WEBHOOK_HOSTS'].partition('=')[0]}/e", "description": "d"},
    )
    given = {"ma": "H1", "dien_tich": 1, "name": PERSON}
    begun = server.call(
        "POST", "/v1/process-instances", {"processDefinitionKey": "steps", "businessKey": "k", "variables": given}
    )
    id = begun["id"]
    task = begun["activeElements"][0]["waitingFor"][0]["taskId"]
    answers = refusals(server, id, task)
    server.call("POST", f"/v1/tasks/{task}/complete", {"variables": {"name": PERSON, "age": 1}})
    for _ in range(2):
        [job] = server.call("POST", "/v1/jobs/fetch", {"topics": ["x"]})["items"]
        assert job["variables"] == {"name": PERSON}
        if job["attempt"] == 1:
            server.call("POST", f"/v1/jobs/{job['id']}/fail", {"message": "full", "retries": 1})
    server.call("POST", f"/v1/jobs/{job['id']}/complete", {"variables": {"answer": PERSON}})
    server.call("POST", "/v1/clock/advance", {"seconds": 600})
    server.call("POST", "/v1/messages", {"name": "go", "businessKey": "k", "variables": {"more": PERSON}})
    [incident] = server.call("GET", "/v1/incidents")["items"]
    assert incident["elementId"] == "fails", incident
    return id, answers


def wait_until_sent(server: Server) -> None:
    """The receiver was sent all that happened: events leave beside the commands, and what is stopped first has sent nothing."""
    last = server.call("GET", "/v1/events?limit=200")["items"][-1]["position"]
    end = time.monotonic() + PATIENCE
    while (subscription := server.call("GET", "/v1/subscriptions")["items"][0])["position"] < last:
        assert time.monotonic() < end, subscription
        time.sleep(0.05)


def test_nothing_is_where_it_does_not_belong(server: Server, tmp_path: Path, receiver: OtherSystem) -> None:
    """A log is read by many, an event leaves the house, a refusal is kept for a week: none has a value or a secret in it."""
    id, answers = through(server)
    wait_until_sent(server)
    headers = {"Authorization": f"Bearer {KEY}"}
    seen = {
        "refusals": answers,
        "events": dumps(server.call("GET", "/v1/events?limit=200")),
        "why, to an administrator": dumps(server.call("GET", f"/v1/process-instances/{id}/why")).replace(
            f"'{PERSON}'", ""
        ),
        "subscriptions": dumps(server.call("GET", "/v1/subscriptions")),
        "connectors": dumps(server.call("GET", "/v1/connectors")),
        "keys": dumps(server.call("GET", "/v1/api-keys")),
    }
    connection = HTTPConnection("127.0.0.1", server.port, timeout=10)
    connection.request("GET", "/metrics", headers=headers)
    seen["metrics"] = connection.getresponse().read().decode()
    connection.close()
    server.stop()
    seen["log"] = server.log.read_text()
    with sqlite3.connect(tmp_path / "store.db") as store:
        seen["hashed bytes"] = repr(store.execute("SELECT body FROM log").fetchall())
        seen["faults of jobs"] = repr(store.execute("SELECT last_error FROM jobs").fetchall())
        everything = "\n".join(map(repr, store.iterdump()))

    assert id in seen["log"] or "/v1/tasks/" in seen["log"]
    for place, text in seen.items():
        for canary in (PERSON, SECRET, WEBHOOK, KEY):
            assert canary not in text, (place, text[max(0, text.find(canary) - 300) :][:400])
    for secret in (SECRET, WEBHOOK, KEY):
        assert secret not in everything
    assert receiver.received
    assert not [request for request in receiver.received if PERSON.encode() in request.body]
