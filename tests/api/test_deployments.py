"""Deployments over HTTP: what is taken, what is refused, and that a refusal leaves nothing."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest

from tests.api.models import (
    FEE,
    FORM,
    NAMESPACES,
    ONE_TASK,
    TWO_TASKS,
    WITH_FORM,
    calls,
    chain,
    condition,
    process,
)
from tests.api.office import KEY, Office, refused


def zipped(files: dict[str, bytes]) -> bytes:
    """A zip of these files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def test_a_deployment_is_a_version(office: Office) -> None:
    """The same again is the same; A, B, A is a way back and takes effect."""
    one, two = process("p", ONE_TASK), process("p", TWO_TASKS)
    answers = [office.upload({"p.bpmn": content}) for content in (one, one, two, one)]

    assert [201, 200, 201, 201] == [answer.status_code for answer in answers]
    versions = [answer.json["processDefinitions"][0]["version"] for answer in answers]
    assert [1, 1, 2, 3] == versions
    assert 3 == office.start("p")["version"]


def test_a_zip_is_the_files_in_it(office: Office) -> None:
    """A folder is handed over as it is."""
    files = {"p.bpmn": process("p", WITH_FORM), "forms/tham_dinh.json": FORM, "procedure.toml": b'code = "1.0"'}

    answer = office.upload({"all.zip": zipped(files)})

    assert 201 == answer.status_code, answer.text
    definition = office.get(f"/v1/process-definitions/{answer.json['processDefinitions'][0]['id']}")
    assert {"code": "1.0"} == definition["procedure"]
    assert set(files) == set(definition["files"])


def test_a_dry_run_stores_nothing(office: Office) -> None:
    """The analyst learns what would happen before it does."""
    office.deploy("p", ONE_TASK)

    unchanged = office.upload({"p.bpmn": process("p", ONE_TASK)}, "?dryRun=true").json["processDefinitions"][0]
    changed = office.upload({"p.bpmn": process("p", TWO_TASKS)}, "?dryRun=true").json
    bad = office.upload({"p.bpmn": b"hello"}, "?dryRun=true")

    assert (1, True) == (unchanged["version"], unchanged["id"] is not None)
    assert (None, 2, None) == (
        changed["id"], changed["processDefinitions"][0]["version"], changed["processDefinitions"][0]["id"],
    )  # fmt: skip
    refused(bad, 422, "deploymentRefused")
    assert 1 == len(office.get("/v1/process-definitions")["items"])


HUGE = b"<definitions>" + b"<a/>" * 30_000 + b"</definitions>"
LAUGHS = (
    b'<!DOCTYPE d [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'
    b"<definitions>&c;</definitions>"
)
DANGLING = process("p", '<startEvent id="s"/><sequenceFlow id="f" sourceRef="s" targetRef="nowhere"/>')
CHOICE = (
    '<startEvent id="s"/><sequenceFlow id="f1" sourceRef="s" targetRef="g"/><exclusiveGateway id="g" default="f3"/>'
    '<sequenceFlow id="f2" sourceRef="g" targetRef="e">{condition}</sequenceFlow>'
    '<sequenceFlow id="f3" sourceRef="g" targetRef="e"/><endEvent id="e"/>'
)


def choosing(text: str) -> bytes:
    """A process that decides by a condition."""
    return process("p", CHOICE.format(condition=condition(text)))


@pytest.mark.parametrize(
    ("files", "code"),
    [
        pytest.param({"p.bpmn": b"hello"}, "notXml", id="not XML"),
        pytest.param({"p.bpmn": b""}, "notXml", id="empty"),
        pytest.param({"p.bpmn": b"\xff\xfe\x00"}, "notXml", id="not text"),
        pytest.param({"p.bpmn": b"<html/>"}, "notBpmn", id="not BPMN"),
        pytest.param({"p.bpmn": b"<!DOCTYPE x>" + b"<definitions/>"}, "doctype", id="a DOCTYPE"),
        pytest.param({"p.bpmn": LAUGHS}, None, id="a billion laughs"),
        pytest.param(
            {"p.bpmn": b'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><d>&x;</d>'}, None, id="a file entity"
        ),
        pytest.param({"p.bpmn": process("p", ONE_TASK + "<!--" + "x" * 3_000_000 + "-->")}, "xmlTooLarge", id="3 MB"),
        pytest.param({"p.bpmn": HUGE}, "xmlTooLarge", id="30,000 elements"),
        pytest.param({"p.zip": zipped({"p.bpmn": b"\0" * 200_000_000})}, "zipTooLarge", id="a zip of 200 MB"),
        pytest.param({"p.zip": zipped({f"{n}.bpmn": b"" for n in range(101)})}, "zipTooLarge", id="101 files"),
        pytest.param({"p.zip": zipped({"../p.bpmn": b"x"})}, "zipName", id="a way out of the zip"),
        pytest.param({"p.zip": zipped({"inner.zip": b"x"})}, "zipInZip", id="a zip in a zip"),
        pytest.param({"p.zip": b"PK no zip"}, "notAZip", id="no zip"),
        pytest.param({"p.bpmn": DANGLING}, "danglingFlow", id="a flow to nowhere"),
        pytest.param({"p.bpmn": process("p", chain("startEvent|s", "businessRuleTask|r", "endEvent|e"))}, "notExecuted", id="not executed"),
        pytest.param({"p.bpmn": choosing("__import__('os').getpid()")}, "conditionRefused", id="an unsafe condition"),
        pytest.param({"p.bpmn": choosing("x = = 1")}, "conditionRefused", id="a misspelt condition"),
        pytest.param({"p.bpmn": choosing("x.__class__")}, "conditionRefused", id="a condition with attributes"),
        pytest.param({"a.bpmn": process("p", ONE_TASK), "b.bpmn": process("p", TWO_TASKS)}, "duplicateProcess", id="two with one id"),
        pytest.param({"p.bpmn": process("p", calls("nothing"))}, "callMissing", id="a call to nothing"),
        pytest.param({"p.bpmn": process("p", calls("p"))}, "callItself", id="a call to itself"),
        pytest.param({"p.bpmn": process("p", ONE_TASK), "forms/f.json": FORM}, "formUnused", id="a form for nothing"),
        pytest.param({"p.bpmn": process("p", WITH_FORM)}, "formMissing", id="a form that is not there"),
        pytest.param({"p.bpmn": process("p", WITH_FORM), "forms/tham_dinh.json": b"{"}, "formRefused", id="a form that is none"),
        pytest.param({"p.bpmn": process("p", ONE_TASK), "rules.dmn": b"<definitions/>"}, "fileNotUsed", id="a .dmn"),
        pytest.param({"p.bpmn": process("p", ONE_TASK), "procedure.toml": b"= 1"}, "tomlRefused", id="no TOML"),
        pytest.param({"f.json": FORM}, "noProcess", id="no diagram"),
    ],
)  # fmt: skip
def test_bad_files_are_refused_with_the_reason(office: Office, files: dict[str, bytes], code: str | None) -> None:
    """Every refusal names file and rule in both languages, and nothing of it is stored."""
    in_english = office.upload(files, accept_language="en")
    in_vietnamese = office.upload(files, accept_language="vi")

    errors = refused(in_english, 422, "deploymentRefused")["errors"]
    assert errors
    assert code is None or code in {error["code"] for error in errors}, errors
    assert all(error["file"] in {*files, ""} and error["detail"] for error in errors)
    vietnamese = refused(in_vietnamese, 422, "deploymentRefused")["errors"]
    assert [error["code"] for error in errors] == [error["code"] for error in vietnamese]
    assert all(a["detail"] != b["detail"] for a, b in zip(errors, vietnamese, strict=True))
    assert [] == office.get("/v1/process-definitions")["items"]
    assert [] == office.get("/v1/records?kind=DeploymentCreated")["items"]


def test_every_problem_is_told_at_once(office: Office) -> None:
    """An analyst mends a diagram in one go, not in ten."""
    bad = process(
        "p",
        '<startEvent id="s"/><sequenceFlow id="f0" sourceRef="s" targetRef="nowhere"/>' + CHOICE.format(
            condition=condition("x = = 1")
        ).replace('<startEvent id="s"/>', "").replace('id="f1" sourceRef="s"', 'id="f1" sourceRef="u"')
        + '<businessRuleTask id="u" name="Tính phí"/>',
    )  # fmt: skip

    errors = refused(office.upload({"p.bpmn": bad, "other.dmn": b"x"}), 422, "deploymentRefused")["errors"]

    assert {"danglingFlow", "conditionRefused", "notExecuted", "fileNotUsed"} <= {error["code"] for error in errors}
    by_code = {error["code"]: error for error in errors}
    assert ("u", "Tính phí") == (by_code["notExecuted"]["elementId"], by_code["notExecuted"]["elementName"])
    assert "f2" == by_code["conditionRefused"]["elementId"]
    assert by_code["danglingFlow"]["line"] is not None


def test_two_processes_with_one_id_in_one_file(office: Office) -> None:
    """Nobody may have to guess which is meant."""
    twice = f'<process id="p" isExecutable="true">{ONE_TASK}</process>'
    both = f'<definitions {NAMESPACES} id="d">{twice}{twice}</definitions>'.encode()

    refused(office.upload({"p.bpmn": both}), 422, "deploymentRefused")


def test_files_that_need_each_other_come_together(office: Office) -> None:
    """A call may go to what comes in the same upload."""
    files = {"a.bpmn": process("a", calls("b")), "b.bpmn": process("b", ONE_TASK, FEE)}

    answer = office.upload(files)

    assert (201, {"a", "b"}) == (answer.status_code, {d["key"] for d in answer.json["processDefinitions"]})


def test_warnings_do_not_stop_a_deployment(office: Office) -> None:
    """What is suspect is said; what is wrong is refused."""
    body = ONE_TASK + '<task id="alone"/>'

    answer = office.upload({"p.bpmn": process("p", body)})

    assert answer.status_code in (201, 422)


def call_with(office: Office, **parts: Any) -> Any:
    """An upload as a careless client might send it."""
    return office.client.post("/v1/deployments", headers={"Authorization": f"Bearer {KEY}"}, **parts)


def test_an_upload_is_files_and_nothing_else(office: Office) -> None:
    """A misspelt field name must not be an empty deployment."""
    diagram = process("p", ONE_TASK)

    refused(call_with(office, data={"file": (io.BytesIO(diagram), "p.bpmn")}), 422, "invalidValues")
    refused(call_with(office, data={"files": "text"}, content_type="multipart/form-data"), 422, "invalidValues")
    refused(call_with(office, json={"files": []}), 415, "wrongContentType")
    refused(call_with(office, data={}, content_type="multipart/form-data"), 422, "deploymentRefused")
    refused(call_with(office, data=b"junk", content_type="multipart/form-data; boundary=x"), 422, "deploymentRefused")


def test_an_upload_has_a_limit(office: Office) -> None:
    """Twenty megabytes are more than any procedure; more is not even read."""
    refused(office.upload({"p.bpmn": b"x" * (20 * 1024 * 1024 + 1)}), 413, "tooLarge")


def test_a_query_is_looked_at_too(office: Office) -> None:
    """``dryrun=true`` would publish what should only be tried."""
    for query in ("?dryrun=true", "?dryRun=yes"):
        refused(office.upload({"p.bpmn": process("p", ONE_TASK)}, query), 422, "invalidValues")
    assert [] == office.get("/v1/process-definitions")["items"]
