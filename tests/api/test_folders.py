"""Folders of procedures that are published at start."""

from __future__ import annotations

from pathlib import Path

from api.bootstrap import Service
from api.folders import bundles, deploy_folders
from tests.api.models import FORM, ONE_TASK, WITH_FORM, process

PROCEDURES = Path(__file__).parent.parent.parent / "bpmn"


def test_a_procedure_is_its_diagram_forms_and_toml(tmp_path: Path) -> None:
    """Scenarios and notes lie beside it and are not published."""
    for name, content in {
        "p/process.bpmn": process("p", WITH_FORM),
        "p/forms/tham_dinh.json": FORM,
        "p/procedure.toml": b'code = "1"',
        "p/README.md": b"read me",
        "p/scenarios/main.toml": b"a = 1",
        "notes/README.md": b"no diagram here",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)

    found = bundles(tmp_path)

    assert ["p"] == list(found)
    assert {"process.bpmn", "forms/tham_dinh.json", "procedure.toml"} == {file.name for file in found["p"]}


def test_one_bad_procedure_does_not_hold_up_the_others(service: Service, tmp_path: Path) -> None:
    """An office opens although one counter is closed."""
    for key, content in {"a": b"hello", "b": process("b", ONE_TASK)}.items():
        (tmp_path / key).mkdir()
        (tmp_path / key / "process.bpmn").write_bytes(content)

    deploy_folders(service, tmp_path)

    with service.store.read() as queries:
        assert {"b"} == set(queries.latest_definitions(["a", "b"]))


def test_what_is_called_is_published_first(service: Service, tmp_path: Path) -> None:
    """Folders are read by name; a procedure whose shared process comes later in the alphabet must not be missing."""
    calls = (
        '<startEvent id="s"/><callActivity id="c" calledElement="b"/><sequenceFlow id="f" sourceRef="s" targetRef="c"/>'
    )
    for key, content in {"a": process("a", calls), "b": process("b", ONE_TASK)}.items():
        (tmp_path / key).mkdir()
        (tmp_path / key / "process.bpmn").write_bytes(content)

    deploy_folders(service, tmp_path)

    with service.store.read() as queries:
        assert {"a", "b"} == set(queries.latest_definitions(["a", "b"]))


def test_the_procedures_that_come_with_the_service_are_taken(service: Service) -> None:
    """What is in bpmn/ can be executed."""
    found = bundles(PROCEDURES)

    deploy_folders(service, PROCEDURES)

    with service.store.read() as queries:
        assert len(found) <= len(queries.latest_definitions(found))
