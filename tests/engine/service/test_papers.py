"""Papers: drafted by the diagram, set and signed outside of any commit, numbered and published in one; nothing unsigned goes out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from typing import Any

import pytest

from adapters.archive.folder import ArchiveFolder
from adapters.papers.typesetter import TypstTypesetter
from engine.domain.errors import DeploymentRefused, JobNotHeld, SigningFailed
from engine.domain.paper import DRAFTED, PUBLISHED, WITHDRAWN, CountedPaper, Paper, Signed
from engine.domain.record import Record
from engine.domain.retention import BUILT_IN
from engine.ports import Page, Signer
from engine.service import history
from engine.service.archivist import Archivist
from engine.service.command import SERVICE
from engine.service.dossiers import ExtendDueTime, OpenDossier
from engine.service.jobs import FetchJobs
from engine.service.papers import BeginPaper, Draft, PublishPaper
from engine.service.process_instances import CancelProcessInstance
from tests.crash.scenarios import DOSSIER, LIMIT
from tests.engine.runtime.models import boundary, diagram, message, node, path, start, user
from tests.engine.service.office import Office
from tests.signatures import OFFICE, VALID, said_by_pdfsig, signer

GIVEN = {"chu_ho_so": "Nguyễn Thị Ửng", "so_giay_to": "026184000123", "rieng": "not given"}
CODE = "H62.15-260302-0001"
ORDER = (
    start() + user("nhan") + node("serviceTask", "giay", name="Cấp giấy hẹn", motcua_paper="{form}",
                                   motcua_dataIn="chu_ho_so, so_giay_to", motcua_legalBasis="Luật X, Điều 5")
    + user("after") + path("s", "nhan", "giay", "after")
)  # fmt: skip


class Clumsy:
    """A signer that has a bad day for every word it is given, and signs afterwards."""

    def __init__(self, *days: str) -> None:
        self.days, self.asked = list(days), 0

    def sign(self, content: bytes) -> bytes:
        self.asked += 1
        day = self.days.pop(0) if self.days else ""
        if day in ("away", "refuses"):
            raise SigningFailed(day, again=day == "away")
        return content if day == "unsigned" else signer().sign(content)

    def checked(self, content: bytes, signed: bytes) -> Signed | None:
        return signer().checked(content, signed)


@contextmanager
def printing(by: Signer | None = None, form: str = "mau_01", **more: Any) -> Iterator[Office]:
    """An office with a process that makes a paper."""
    office = Office(signer=by or signer(), **more)
    office.deploy(("p.bpmn", diagram(ORDER.replace("{form}", form))))
    yield office
    office.close()


def handed_in(office: Office) -> str:
    """A dossier on its way to its paper."""
    instance = office.start("p", GIVEN, CODE if not papers(office) else None)
    office.complete(office.tasks(instance)[0])
    return instance


def papers(office: Office, instance: str | None = None) -> Sequence[Paper]:
    """The first one drafted comes first."""
    with office.store.read() as queries:
        return queries.list_papers(instance, None, None, Page(200)).rows[::-1]


def file(office: Office, paper: Paper) -> bytes:
    """The file of a paper that is out."""
    with office.store.read() as queries:
        content = queries.document(paper.hash or "")
    assert content is not None
    return content


def records(office: Office, instance: str) -> list[Record]:
    """The history."""
    with office.store.read() as queries:
        return history.records(queries, instance, 0, 1000)


def waits_for(office: Office, instance: str) -> list[str]:
    """The user tasks that are open."""
    return [task.element_id for task in office.tasks(instance)]


def the_same_again(office: Office, instance: str) -> None:
    """The history verifies, with its values erased as well, and the tables come out of it."""
    assert office.verify(instance).identical
    assert office.verify_erased(instance).first_difference is None
    before = office.derived()
    office.rebuild()
    assert before == office.derived()


@pytest.mark.parametrize("forgetful", [False, True])
def test_a_paper_goes_out_signed_and_numbered_and_only_then_the_dossier_goes_on(forgetful, tmp_path):
    """The whole way: the record names number, hash and signer of exactly the file that is kept."""
    with printing(forgetful=forgetful) as office:
        instance = handed_in(office)
        assert [DRAFTED] == [paper.state for paper in papers(office)] and waits_for(office, instance) == []
        office.settle()
        assert waits_for(office, instance) == ["after"]
        [paper] = papers(office, instance)
        content = file(office, paper)
        assert VALID == said_by_pdfsig(content, tmp_path)
        assert (PUBLISHED, 1, "01/TNHS", OFFICE) == (paper.state, paper.number, paper.label, paper.signer)
        [published] = [record for record in records(office, instance) if record.kind == "PaperPublished"]
        assert sha256(content).hexdigest() == paper.hash == published.payload["hash"]
        assert {"number": 1, "signer": OFFICE, "series": "paper/mau_01//2026"}.items() <= published.payload.items()
        [drafted] = [record.payload for record in records(office, instance) if record.kind == "PaperDrafted"]
        assert ("mau_01", "Luật X, Điều 5") == (drafted["form"], drafted["legalBasis"])
        assert {"chu_ho_so", "so_giay_to"} == drafted["values"].keys()
        assert not [row for row in office.rows(instance) if "Ửng".encode() in row.body]
        the_same_again(office, instance)


def test_numbers_of_a_series_have_no_gap_whatever_goes_wrong_in_between():
    """Failures, interruptions and retries take no number."""
    clumsy = Clumsy("", "away", "away", "refuses", "", "unsigned")
    with printing(clumsy) as office:
        instances = [handed_in(office) for _ in range(5)]
        office.advance(hours=2)
        for instance in instances:
            if office.incidents(instance):
                office.retry(instance)
        office.advance(hours=2)
        out = [paper for paper in papers(office) if paper.state == PUBLISHED]
        assert [1, 2, 3, 4, 5] == sorted(paper.number or 0 for paper in out)
        assert 2 == sum(paper.state == WITHDRAWN for paper in papers(office))
        for instance in instances:
            the_same_again(office, instance)


def test_nothing_unsigned_goes_out():
    """A signer that gives back what it was given: no number, no file, an incident that says so, and the next one has number 1."""
    with printing(Clumsy("unsigned")) as office:
        instance = handed_in(office)
        office.settle()
        [incident] = office.incidents(instance)
        assert incident.code == "paperFailed" and "no valid signature" in incident.detail["en"]
        [paper] = papers(office)
        assert (WITHDRAWN, None, None) == (paper.state, paper.number, paper.hash)
        with office.store.read() as queries:
            assert "PaperPublished" not in office.kinds(instance) and queries.document(paper.hash or "") is None
        office.retry(instance)
        office.settle()
        assert [1] == [paper.number for paper in papers(office) if paper.state == PUBLISHED]
        the_same_again(office, instance)


def test_without_a_signer_no_paper_is_made():
    """And the operator is told which setting is missing."""
    office = Office()
    office.deploy(("p.bpmn", diagram(ORDER.replace("{form}", "mau_01"))))
    instance = handed_in(office)
    office.settle()
    [incident] = office.incidents(instance)
    assert incident.code == "signerMissing" and "MOTCUA_SIGNING" in incident.detail["vi"]
    the_same_again(office, instance)
    office.close()


def test_a_form_that_is_not_there_is_an_incident():
    """Found out without a file being looked for anywhere."""
    with printing(form="mau_99") as office:
        instance = handed_in(office)
        office.settle()
        [incident] = office.incidents(instance)
        assert incident.code == "paperFormMissing" and "mau_99" in incident.detail["en"]


def test_two_processes_that_make_papers_at_once_never_give_one_number_twice():
    """Both begin with number 1; whoever is later has his paper made again, and what he signed never goes out."""
    with printing() as office:
        first, second = handed_in(office), handed_in(office)
        drafts = [begun(office, instance) for instance in (first, second)]
        assert [1, 1] == [draft.number for draft in drafts]
        for draft in drafts:
            office.papermaker.make(draft)
        office.papermaker.settle()
        assert [1] == [paper.number for paper in papers(office) if paper.state == PUBLISHED]
        office.advance(hours=1)
        assert [1, 2] == sorted(paper.number or 0 for paper in papers(office))
        the_same_again(office, second)


def begun(office: Office, instance: str) -> Draft:
    """The paper of a dossier, as a process begins it."""
    [job] = office.jobs(instance)
    form = office.papermaker._typesetter.forms["mau_01"]
    draft: Draft = office.do(BeginPaper(job, form), SERVICE)
    return draft


def test_who_was_too_slow_publishes_nothing():
    """A paper that another process began again, or that was withdrawn, is not there any more for the first."""
    with printing() as office:
        instance = handed_in(office)
        draft = begun(office, instance)
        office.clock.set(office.clock.now().replace(hour=23))
        begun(office, instance)
        signed = Signed(b"%PDF", OFFICE)
        with pytest.raises(JobNotHeld):
            office.do(PublishPaper(draft, signed), SERVICE)
        office.do(CancelProcessInstance(instance, "rút hồ sơ"))
        assert [WITHDRAWN] == [paper.state for paper in papers(office)]
        the_same_again(office, instance)


def test_a_paper_that_is_not_needed_any_more_is_withdrawn():
    """An interruption while it waits for its signature."""
    office = Office(signer=Clumsy(*["away"] * 50))
    body = ORDER.replace("{form}", "mau_01") + boundary("b", "giay", message()) + user("rut") + path("b", "rut")
    office.deploy(("p.bpmn", diagram(body)))
    instance = handed_in(office)
    office.settle()
    office.message("go", CODE)
    assert waits_for(office, instance) == ["rut"]
    assert [WITHDRAWN] == [paper.state for paper in papers(office)]
    assert [] == office.jobs(instance)
    the_same_again(office, instance)
    office.close()


def test_no_worker_is_given_a_paper_to_make():
    """What such a job is answered with would be a number that nobody gave."""
    with printing() as office:
        handed_in(office)
        assert not office.do(FetchJobs(("paper:mau_01",), 10, office.clock.now() - office.clock.now()))


@pytest.mark.parametrize(
    ("attributes", "code"),
    [
        ({"motcua_paper": "../mau"}, "paperFormRefused"),
        ({"motcua_paper": "mau_01", "motcua_topic": "t"}, "paperAndTopic"),
        ({"motcua_paper": "mau_01", "motcua_connector": "a.b"}, "paperAndTopic"),
        ({"motcua_topic": "paper:mau_01"}, "topicReserved"),
    ],
)
def test_what_a_diagram_cannot_ask_for(office, attributes, code):
    """Refused at deploy, and named."""
    body = start() + node("serviceTask", "giay", name="Giấy", **attributes) + path("s", "giay")
    with pytest.raises(DeploymentRefused) as refused:
        office.deploy(("p.bpmn", diagram(body)))
    assert [code] == [problem.code for problem in refused.value.problems]


def test_the_control_sheet_is_made_of_the_history(tmp_path):
    """Form 05 names the step that was done before it, by whom and when, though nobody handed it any of that."""
    with printing(form="mau_05") as office:
        instance = handed_in(office)
        office.settle()
        [paper] = papers(office, instance)
        assert VALID == said_by_pdfsig(file(office, paper), tmp_path)


def test_a_paper_has_the_owner_from_the_procedure_s_table() -> None:
    """Papers and the national portal have the owner from one place; what the diagram gives to the paper comes first."""
    form = b'{"type": "object", "properties": {"ten": {"type": "string"}, "so": {"type": "string"}, "so_giay_to": {"type": "string"}}}'
    toml = b'code = "1.000001"\n[owner]\nkind = "1"\nname = "ten"\nid = "so"\naddress = "so_giay_to"\n'
    model = diagram(
        ORDER.replace("{form}", "mau_01").replace("chu_ho_so, ", "").replace('id="s"', 'id="s" motcua:formKey="nop"')
    )
    office = Office(signer=signer())
    office.deploy(("p.bpmn", model), ("forms/nop.json", form), ("procedure.toml", toml))
    instance = office.start("p", {"ten": "Trần Thị Ỷ", "so": "1", "so_giay_to": "026184000123"}, CODE)
    office.complete(office.tasks(instance)[0])
    sheet = office.do(BeginPaper(office.jobs(instance)[0], TypstTypesetter().forms["mau_01"]), SERVICE).sheet
    assert sheet.values["chu_ho_so"] == "Trần Thị Ỷ"
    assert (sheet.values["so_giay_to"], sheet.values["dia_chi"]) == ("026184000123", "026184000123")
    office.close()


def test_a_letter_has_the_owner_from_the_procedure_s_table():
    """An apology to nobody is none: letters belong to no step that could name the variable."""
    form = b'{"type": "object", "properties": {"ten": {"type": "string"}}}'
    toml = b'code = "1.1"\n[limit]\nvalue = 5\nunit = "working-day"\n[owner]\nkind = "1"\nname = "ten"\n'
    model = diagram(start("s", motcua_statusCode="2", motcua_formKey="nop") + user("u") + path("s", "u"))
    office = Office(signer=signer())
    office.deploy(("p.bpmn", model), ("forms/nop.json", form), ("procedure.toml", toml))
    id = office.do(OpenDossier("p", "counter", values={"ten": "Trần Thị Ỷ"})).dossier.id
    office.do(ExtendDueTime(id, due="2026-04-20T03:00:00.000000Z", reason="Mưa bão"))
    sheet = office.do(BeginPaper(office.jobs(id)[0], TypstTypesetter().forms["mau_04"]), SERVICE).sheet
    assert (sheet.values["chu_ho_so"], sheet.values["ly_do"]) == ("Trần Thị Ỷ", "Mưa bão")
    office.close()


def test_a_letter_that_was_given_up_waits_for_no_signature():
    """With its dossier cancelled nobody will ever sign it: figures that count what waits would have it for ever."""
    with printing() as office:
        office.deploy(("p.bpmn", DOSSIER), ("procedure.toml", LIMIT))
        id = office.do(OpenDossier("dossier", "counter")).dossier.id
        office.complete(office.tasks(id)[0])
        office.do(ExtendDueTime(id, due="2026-04-20T03:00:00.000000Z", reason="Mưa bão"))
        office.do(CancelProcessInstance(id, "handed in twice"))
        assert office.kinds(id)[-1] == "ExtensionDropped"

        [letter], [counted] = papers(office), counted_papers(office)
        assert (letter.state, letter.withdrawn_at) == (WITHDRAWN, "2026-03-02T01:00:00.000000Z")
        assert counted.withdrawn_at == letter.withdrawn_at
        office.rebuild()
        assert papers(office) == [letter]


def test_what_went_out_is_counted_when_its_instance_is_in_the_archive(tmp_path):
    """Papers of an old year are still all signed, and the one that was never made is still no paper that is out."""
    with printing() as office:
        for _ in range(2):
            handed_in(office)
        office.settle()
        for task in (task for paper in papers(office) for task in office.tasks(paper.instance_id)):
            office.complete(task)
        third = handed_in(office)
        office.do(CancelProcessInstance(third, "r"))
        before = counted_papers(office)
        office.advance(days=400)
        archivist = Archivist(
            office.store, office.writer, office.clock, ArchiveFolder(tmp_path / "a"), BUILT_IN, pause=0
        )

        assert 3 == archivist.run().archived

        assert [] == papers(office)
        assert before == counted_papers(office)
        office.rebuild()
        assert before == counted_papers(office)
    assert [(True, None), (True, None), (False, True)] == sorted(
        ((paper.signed, paper.withdrawn_at and True) for paper in before), reverse=True
    )


def counted_papers(office: Office) -> list[CountedPaper]:
    """What figures of all times are made of."""
    with office.store.read() as queries:
        return sorted(
            queries.counted_papers("2000", "9999"), key=lambda paper: (paper.drafted_at, paper.published_at or "")
        )
