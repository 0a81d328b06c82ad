"""Requests that are none: bodies, types, fields, methods, sizes, languages."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.models import ONE_TASK
from tests.api.office import KEY, Office, refused

START = "/v1/process-instances"


@pytest.mark.parametrize("body", [b"{", b"nonsense", b"\xff", b'{"a": NaN}', b'{"a": 1e999}', b"[" * 5000, b'{"n": ' + b"1" * 5000 + b"}"])  # fmt: skip
def test_what_is_no_json(office: Office, body: bytes) -> None:
    """The caller's program has a fault; it is told which kind."""
    answer = office.call("POST", START, body, content_type="application/json")

    refused(answer, 400, "notJson")


@pytest.mark.parametrize("body", ["[]", "1", '"x"', "null"])
def test_json_that_is_no_object(office: Office, body: str) -> None:
    """Well-formed is not enough."""
    answer = office.call("POST", START, body, content_type="application/json")

    assert "notAnObject" == refused(answer, 422, "invalidValues")["errors"][0]["code"]


@pytest.mark.parametrize("content_type", ["text/plain", "application/xml", "application/x-www-form-urlencoded"])
def test_other_content_types(office: Office, content_type: str) -> None:
    """A form post from a browser page must not be taken for a command."""
    answer = office.call("POST", START, b'{"processDefinitionKey": "p"}', content_type=content_type)

    refused(answer, 415, "wrongContentType")


@pytest.mark.parametrize(
    ("sent", "pointer", "code"),
    [
        ({"processDefinitionKey": "p", "colour": 1}, "/colour", "unknownField"),
        ({"processDefinitionKey": "p", "a/b~": 1}, "/a~1b~0", "unknownField"),
        ({"processDefinitionKey": 1}, "/processDefinitionKey", "notText"),
        ({"processDefinitionKey": ""}, "/processDefinitionKey", "length"),
        ({"processDefinitionKey": "x" * 256}, "/processDefinitionKey", "length"),
        ({"processDefinitionKey": "a\u0000b"}, "/processDefinitionKey", "controlCharacter"),
        ({"processDefinitionKey": "p", "variables": []}, "/variables", "notAnObject"),
        ({"processDefinitionKey": "p", "variables": None}, "/variables", "null"),
        ({"processDefinitionKey": "p", "businessKey": ["x"]}, "/businessKey", "notText"),
    ],
)
def test_wrong_fields_are_named(office: Office, sent: dict[str, Any], pointer: str, code: str) -> None:
    """Each with the place in the body, in the words of both languages."""
    english = refused(office.post(START, sent, accept_language="en"), 422, "invalidValues")["errors"]
    vietnamese = refused(office.post(START, sent, accept_language="vi"), 422, "invalidValues")["errors"]

    assert [(pointer, code)] == [(error["pointer"], error["code"]) for error in english]
    assert [(pointer, code)] == [(error["pointer"], error["code"]) for error in vietnamese]
    assert english[0]["detail"] != vietnamese[0]["detail"]


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=201",
        "limit=x",
        "limit=-1",
        "limit=1.5",
        "after=x",
        "state=odd",
        "sort=name",
        "colour=1",
        "assignee=",
    ],
)
def test_wrong_queries(office: Office, query: str) -> None:
    """A filter that is not understood must not be an empty list."""
    problem = refused(office.call("GET", f"/v1/tasks?{query}"), 422, "invalidValues")

    assert [f"/{query.partition('=')[0]}"] == [error["pointer"] for error in problem["errors"]]


def test_a_body_where_none_is_needed(office: Office) -> None:
    """An empty body, an empty object: both are nothing; anything else is a mistake."""
    office.deploy("p", ONE_TASK)
    path = f"/v1/tasks/{office.tasks(office.start('p')['id'])[0]['id']}/claim"

    assert 200 == office.call("POST", path).status_code
    assert 200 == office.call("POST", path, {}).status_code
    assert "/x" == refused(office.call("POST", path, {"x": 1}), 422, "invalidValues")["errors"][0]["pointer"]


def test_other_methods(office: Office) -> None:
    """405 names what would do."""
    answer = office.call("DELETE", "/v1/tasks")

    refused(answer, 405, "wrongMethod")
    assert "GET" in answer.headers["Allow"]


def test_large_bodies_are_not_read(office: Office) -> None:
    """Two megabytes of JSON are more than any form."""
    answer = office.call("POST", START, b'{"x": "' + b"x" * 2_200_000 + b'"}', content_type="application/json")

    refused(answer, 413, "tooLarge")


def test_an_id_with_a_nul_is_nobodys(office: Office) -> None:
    """PostgreSQL cannot even be asked for it."""
    for path in ("/v1/tasks/a%00b", "/v1/process-instances/%00"):
        refused(office.call("GET", path), 404, "notFound")
    refused(office.call("GET", "/v1/tasks?assignee=a%00b"), 422, "invalidValues")


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "en"),
        ("", "en"),
        ("vi", "vi"),
        ("vi-VN", "vi"),
        ("vi-VN,vi;q=0.9,en;q=0.8", "vi"),
        ("en-GB,en;q=0.9,vi;q=0.8", "en"),
        ("fr", "en"),
        ("*", "en"),
        ("fr, vi;q=0.1", "vi"),
        (";;q=,", "en"),
    ],
)
def test_sentences_come_in_the_callers_language(office: Office, header: str | None, language: str) -> None:
    """Officers read Vietnamese; programs and their makers mostly English."""
    answer = office.call("GET", "/v1/tasks/none", **({} if header is None else {"accept_language": header}))

    problem = refused(answer, 404, "notFound")
    assert language == answer.headers["Content-Language"]
    assert (language == "vi") is problem["detail"].startswith("Không")
    assert (language == "vi") is (problem["title"] == "Không tìm thấy")


def test_a_bug_shows_its_trace_id_and_nothing_else(office: Office) -> None:
    """What broke stays inside; whoever reports it can name it."""
    app = office.client.application
    app.view_functions["tasks.list_tasks"] = _broken
    answer = office.call("GET", "/v1/tasks")

    problem = refused(answer, 500, "bug")
    assert "secret" not in answer.text
    assert problem["traceId"] == answer.headers["Trace-Id"]


def _broken(**_: Any) -> Any:
    raise RuntimeError("secret")


def test_head_and_options_are_harmless(office: Office) -> None:
    """Probes of proxies get an answer without doing anything."""
    headers = {"Authorization": f"Bearer {KEY}"}

    assert 200 == office.client.head("/v1/tasks", headers=headers).status_code
    assert office.client.options("/v1/tasks", headers=headers).status_code in (200, 204)
