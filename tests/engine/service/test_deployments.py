"""Deployments: all of an upload or nothing of it."""

from __future__ import annotations

import io
import zipfile

import orjson
import pytest

from engine.domain.definition import Resource
from engine.domain.errors import DeploymentRefused
from engine.service.inspection import inspect
from tests.engine.runtime.constructs import executes
from tests.engine.runtime.models import diagram, end, message, node, path, start, user

ONE = diagram(start() + user("u", motcua_formKey="f") + end() + path("s", "u", "e"), key="one")
FORM = orjson.dumps({"type": "object", "properties": {"n": {"type": "integer"}}})
CALLS = diagram(start() + node("callActivity", "c", calledElement="called") + end() + path("s", "c", "e"), key="calls")
CALLED = diagram(start() + user("u") + path("s", "u"), key="called")


def refused(*files: tuple[str, bytes]) -> set[str]:
    """The codes of everything that is wrong with an upload."""
    with pytest.raises(DeploymentRefused) as error:
        inspect([Resource(name, content) for name, content in files], None)
    return {problem.code for problem in error.value.problems}


def zipped(**entries: bytes) -> bytes:
    """A zip of files; ``__`` in a name is a slash, ``_dot_`` a dot."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return buffer.getvalue()


def test_the_same_again_is_no_new_version(office):
    """The pipeline may deploy at every start; versions count changes."""
    first = office.deploy(("o.bpmn", ONE), ("forms/f.json", FORM))
    again = office.deploy(("o.bpmn", ONE), ("forms/f.json", FORM))

    assert (first.created, again.created) == (True, False)
    assert again.definitions == first.definitions


def test_going_back_is_a_new_version(office):
    """A, B, A: the rollback must take effect, so it is version 3."""
    other = FORM.replace(b"integer", b"number")
    versions = [
        office.deploy(("o.bpmn", ONE), ("forms/f.json", form)).definitions[0].version for form in (FORM, other, FORM)
    ]

    assert versions == [1, 2, 3]


def test_a_changed_form_is_a_new_version(office):
    """The form is part of what an instance runs: old dossiers keep theirs."""
    office.deploy(("o.bpmn", ONE), ("forms/f.json", FORM))
    deployed = office.deploy(("o.bpmn", ONE), ("forms/f.json", FORM.replace(b"integer", b"string")))

    assert deployed.definitions[0].version == 2


@executes(
    "Activities",
    "callActivity: version",
    says='The newest version when the instance starts, or with motcua:calledVersion="deployment" the one of the deployment; it stays so for the whole instance.',
)
def test_a_call_is_bound_when_an_instance_starts(office):
    """New dossiers use the newest called procedure; one that asked for the version of its deployment keeps that."""
    fixed = CALLS.replace(
        b'calledElement="called"', b'calledElement="called" motcua:calledVersion="deployment"'
    ).replace(b'"calls"', b'"fixed"')
    office.deploy(("c.bpmn", CALLED))
    office.deploy(("a.bpmn", CALLS))
    office.deploy(("f.bpmn", fixed))
    office.deploy(("c.bpmn", CALLED.replace(b"Task u", b"Task new")))

    assert office.tasks(office.start("calls"))[0].name == "Task new"
    assert office.tasks(office.start("fixed"))[0].name == "Task u"


def test_a_new_version_takes_the_message_start_over(office):
    """One packet from outside opens one dossier, of the newest version."""
    begins = diagram(start("s", message()) + user("u") + path("s", "u"), key="begins")
    office.deploy(("b.bpmn", begins))
    office.deploy(("b.bpmn", begins.replace(b"Task u", b"Task new")))

    (instance,) = office.message("go", "A").instance_ids

    assert office.head(instance).version == 2


def test_a_zip_is_its_files(office):
    """The modeler's export, as it is."""
    deployed = office.deploy(("all.zip", zipped(o_dot_bpmn=ONE, forms__f_dot_json=FORM)))

    assert [d.key for d in deployed.definitions] == ["one"]


@pytest.mark.parametrize(
    ("files", "codes"),
    [
        ([("m.bpmn", b"hello")], {"notXml"}),
        ([("o.bpmn", ONE)], {"formMissing"}),
        ([("o.bpmn", ONE), ("f.json", FORM), ("g.json", FORM)], {"formUnused"}),
        ([("o.bpmn", ONE), ("f.json", b'{"type": "string"}')], {"formRefused"}),
        ([("o.bpmn", ONE), ("f.json", b'{"type": "object", "properties": 5}')], {"formRefused"}),
        ([("o.bpmn", ONE), ("f.json", b'{"type": "object", "$ref": "http://elsewhere/x"}')], {"formRefused"}),
        ([("o.bpmn", ONE), ("f.json", FORM), ("d.dmn", b"<x/>")], {"fileNotUsed"}),
        ([("o.bpmn", ONE), ("f.json", FORM), ("procedure.toml", b"= 1")], {"tomlRefused"}),
        ([("a.bpmn", CALLED), ("b.bpmn", CALLED)], {"duplicateProcess"}),
        ([("a.bpmn", CALLS)], {"callMissing"}),
        ([("a.bpmn", CALLS.replace(b'"called"', b'"calls"'))], {"callItself"}),
        ([("f.json", FORM)], {"noProcess", "formUnused"}),
        ([], {"empty"}),
        ([("a.bpmn", CALLED), ("a.bpmn", CALLED)], {"fileTwice"}),
        ([("a.zip", b"hello")], {"notAZip"}),
        ([("a.zip", zipped(o_dot_bpmn=b"0" * 200_000_000))], {"zipTooLarge"}),
        ([("a.zip", zipped(**{f"f{i}_dot_json": b"{}" for i in range(101)}))], {"zipTooLarge"}),
        ([("a.zip", zipped(**{"..__o_dot_bpmn": CALLED}))], {"zipName"}),
        ([("a.zip", zipped(__etc__o_dot_bpmn=CALLED))], {"zipName"}),
        ([("a.zip", zipped(in_dot_zip=b"PK"))], {"zipInZip"}),
        ([("a.bpmn", CALLED), ("b.bpmn", b"hello"), ("c.dmn", b"")], {"notXml", "fileNotUsed"}),
    ],
)
def test_a_bad_upload_is_refused_with_every_reason(files, codes):
    """The analyst mends all of it at once."""
    assert refused(*files) == codes


def test_a_refused_upload_leaves_nothing(office):
    """One bad file, and the good ones are not there either."""
    with pytest.raises(DeploymentRefused):
        office.deploy(("a.bpmn", CALLED), ("b.bpmn", b"hello"))

    with office.store.read() as queries:
        assert not queries.latest_definitions(["called"])


def test_two_processes_that_call_each_other_are_refused():
    """A calls B calls A: an instance would never end being opened."""
    back = CALLED.replace(b"</process>", node("callActivity", "c2", calledElement="calls").encode() + b"</process>")

    assert refused(("a.bpmn", CALLS), ("b.bpmn", back)) == {"callItself"}


def test_a_new_version_may_not_close_a_circle(office):
    """The other half of the circle was deployed long ago."""
    office.deploy(("c.bpmn", CALLED))
    office.deploy(("a.bpmn", CALLS))
    back = CALLED.replace(b"</process>", node("callActivity", "c2", calledElement="calls").encode() + b"</process>")

    with pytest.raises(DeploymentRefused) as error:
        office.deploy(("c.bpmn", back))

    assert [problem.code for problem in error.value.problems] == ["callItself"]
