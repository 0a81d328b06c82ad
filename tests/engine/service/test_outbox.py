"""The outbox against a played national portal: nothing lost, nothing doubled, nothing false, whatever goes wrong on the way."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import orjson
import pytest
from structlog.testing import capture_logs

from adapters.clock.ids import TimeOrderedIds
from adapters.database.schema import upgrade
from adapters.sandbox.server import Trouble
from engine.domain.call import Done
from engine.domain.document import Document
from engine.domain.errors import ConnectorsRefused, DeploymentRefused
from engine.domain.news import News
from engine.domain.outbox import TOLD, OutboxEntry
from engine.domain.waiting import UNTOLD
from engine.ports import Page
from engine.service import outbox
from engine.service.attachments import AddDocument, Origin
from engine.service.command import SERVICE
from engine.service.dossiers import ExtendDueTime, OpenDossier
from engine.service.incidents import RetryIncident
from engine.service.live import Live
from engine.service.outbox import BeginTelling, NoteTelling, Telling
from engine.service.payments import RecordPayment
from engine.service.work import Work
from tests.conftest import Databases
from tests.engine.runtime.models import diagram, node, path, start, timer, user
from tests.engine.service.office import Office
from tests.engine.service.told import FORM, OWNER, PORTAL, TOML, WAY, Counter, connectors, counter, stages
from tests.signatures import signer

SYNC, PROGRESS = "DongBoHoSoMC", "CapNhatTienDoHoSoMC"


def incidents(counter: Counter) -> list[Any]:
    """What needs a person."""
    with counter.office.store.read() as queries:
        return list(queries.list_incidents(None, "open", Page(50)).rows)


@pytest.mark.parametrize("profile", ["2020", "2023"])
def test_every_status_is_told_as_it_is(profile: str) -> None:
    """A dossier at 5 is told as 5, at 6 as 6: what the article's indicators count is what happened, and nothing in the diagram says so."""
    with counter(profile=profile) as c:
        c.publish(stages(*WAY))
        id = c.hand_in()
        for status in WAY[2:]:
            c.next(id)
            assert (c.dossier(id).status, c.there(id)["TrangThaiHoSo"]) == (status, status)
            c.is_true(id)
        assert c.lines(id) == list(WAY)
        assert [rows[0]["TrangThaiHoSo"] for rows in c.said(SYNC)] == list(WAY[1:])
        assert [telling["status"] for telling in c.entry(id).tellings] == list(WAY[1:])
        assert c.portal.refused == []


def test_nothing_is_told_before_there_is_a_code_and_nothing_that_is_not_of_the_catalogue() -> None:
    """What is not accepted has no code that the portal could know it by; a petition has no procedure of the national catalogue."""
    with counter() as c:
        c.publish(stages("1", "1", "2", "9", "10"))
        id = c.hand_in()
        assert c.place.arrived == []
        c.next(id)
        assert (c.lines(id), c.there(id)["NgayTiepNhan"]) == (["1", "2"], "20260302080010")
        arrived = len(c.place.arrived)
        c.publish(stages("1", "1", "3"))
        refused = c.hand_in(code="H62.01.01-260302-0009")
        c.next(refused)
        c.publish(stages("1", "2", "9", "10"), TOML.replace("1.000001", "PAKN"))
        c.hand_in()
        assert (len(c.place.arrived), incidents(c)) == (arrived, [])


def test_without_the_key_nothing_is_told() -> None:
    """A connector to the portal that diagrams use does not tell it of dossiers."""
    office = Office(connectors=connectors("http://127.0.0.1:9", dossiers="false"))
    office.deploy(("p.bpmn", stages(*WAY)), ("forms/nop.json", FORM), ("procedure.toml", TOML.encode()))
    id = office.do(OpenDossier("p", "online", values=OWNER)).dossier.id
    with office.store.read() as queries:
        assert queries.outbox_of(id) == []
    office.close()


def test_only_systems_that_take_dossiers_are_told_of_them() -> None:
    """A misspelt file stops the start: nobody should believe that somebody is told who is not."""
    with pytest.raises(ConnectorsRefused) as refused:
        connectors("http://127.0.0.1:9", dossiers='"yes"')
    assert "/cong_quoc_gia/dossiers" in str(refused.value.faults)


def test_who_did_it_is_who_acted_last_and_nobody_where_a_time_was_over() -> None:
    """An officer is named for what follows on his act; for what a clock did nobody is."""
    wait = node("intermediateCatchEvent", "w", timer("PT1H"))
    model = diagram(
        start(motcua_statusCode="1", motcua_formKey="nop") + user("u", motcua_statusCode="2") + wait + user("v", motcua_statusCode="4")
        + path("s", "u", "w", "v")
    )  # fmt: skip
    with counter() as c:
        c.publish(model)
        id = c.hand_in()
        c.next(id)
        c.office.advance(hours=2)
        assert [(line["TrangThai"], line["NguoiXuLy"]) for line in c.portal.progress] == [
            ("1", "clerk"),
            ("2", "clerk"),
            ("4", "Hệ thống một cửa"),
        ]
        c.is_true(id)


def test_several_changes_are_one_telling() -> None:
    """While the portal was away the dossier went on: it is told the state now, and every line, in its order."""
    with counter() as c:
        c.publish(stages(*WAY))
        id = c.hand_in()
        c.place.troubles.append(Trouble.BUSY)
        c.next(id)
        for _ in range(3):
            c.next(id, told=False)
        c.office.advance(minutes=5)
        c.is_true(id)
        assert c.lines(id) == ["1", "2", "4", "5", "4", "6"]
        assert [rows[0]["TrangThaiHoSo"] for rows in c.said(SYNC)] == ["2", "6"]


def test_a_new_due_time_and_an_owner_that_was_mended_are_told() -> None:
    """The citizen reads both at the portal; the date when the letter that tells it is out."""
    with counter(signer=signer()) as c:
        c.publish(stages(*WAY))
        id = c.hand_in()
        c.office.do(ExtendDueTime(id, due="2026-03-20T03:00:00.000000Z", reason="Mưa bão"))
        c.office.settle()
        assert c.there(id)["NgayHenTra"] == "20260320100000"
        c.office.mend(id, ten="Trần Thị B")
        c.office.settle()
        assert (c.there(id)["ChuHoSo"], c.lines(id)) == ("Trần Thị B", ["1", "2"])
        c.is_true(id)


def test_what_is_there_already_is_not_said_again() -> None:
    """A value that was written again as it was: the portal is not asked."""
    with counter() as c:
        c.publish(stages(*WAY))
        id = c.hand_in()
        arrived = len(c.place.arrived)
        c.office.mend(id, ten=OWNER["ten"] + " ")
        c.office.mend(id, ten=OWNER["ten"])
        c.office.settle()
        assert len(c.place.arrived) == arrived
        assert c.entry(id).state == "told"


# ---- traps of systems in use


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"so": None}, "SoGiayToChuHoSo"), ({"so": "000000001"}, "SoGiayToChuHoSo"), ({"ten": None}, "ChuHoSo")],
)
def test_trap_no_owner_is_invented(wrong: dict[str, Any], field: str) -> None:
    """A system in use sends the id 000000001 where nobody knew one. Ours sends nothing; the incident names the field, and no value."""
    with counter() as c:
        c.publish(stages(*WAY))
        id = c.hand_in({name: value for name, value in {**OWNER, **wrong}.items() if value is not None})
        [incident] = incidents(c)
        assert (c.place.arrived, c.entry(id).state, incident.code) == ([], "refused", UNTOLD)
        assert field in incident.detail["vi"]
        assert OWNER["so"] not in repr(incident)
        c.office.mend(id, so=OWNER["so"], ten=OWNER["ten"])
        c.office.settle()
        assert incidents(c) == []
        c.is_true(id)


def test_trap_no_due_time_is_no_reason_for_finished() -> None:
    """A system in use sends 9 for a dossier that has no due time; ours says what is missing."""
    with counter() as c:
        c.publish(stages(*WAY), TOML.replace('[limit]\nvalue = 10\nunit = "working-day"\n', ""))
        c.hand_in()
        assert c.place.arrived == []
        assert "NgayHenTra" in incidents(c)[0].detail["en"]


@pytest.mark.parametrize("status", ["5", "6", "8"])
def test_trap_what_is_not_finished_is_not_told_as_finished(status: str) -> None:
    """A system in use sends 9 for dossiers at 5, 6 and 8, which makes its province look faster than it is."""
    way = ("1", "2", "4", status) if status == "8" else ("1", "2", "4", status, "4", "8")
    with counter() as c:
        c.publish(stages(*way))
        id = c.hand_in()
        while c.dossier(id).status != status:
            c.next(id)
        there = c.there(id)
        assert (there["TrangThaiHoSo"], "NgayKetThucXuLy" in there, "NgayTra" in there) == (status, False, False)
        assert "9" not in c.lines(id)


def test_trap_no_input_is_a_result() -> None:
    """A system in use sends an input file where there is no result; a dossier without a result paper has none, even at 9."""
    with counter() as c:
        c.publish(stages(*WAY))
        id = c.hand_in()
        while c.dossier(id).status != "10":
            c.next(id)
        assert c.there(id)["DanhSachGiayToKetQua"] == []


def test_documents_and_payments_are_told() -> None:
    """They are of the dossier, whatever the diagram knows of them."""
    with counter() as c:
        charged = stages(*WAY).replace(b'id="u0"', b'id="u0" motcua:fee="75000"')
        c.publish(charged, 'documents = ["Đơn", "Bản vẽ"]\n' + TOML)
        id = c.hand_in()
        c.next(id)
        c.office.do(
            AddDocument(
                id, Document("a" * 64, "application/pdf", b"%PDF-1.7"), "don.pdf", "Đơn", Origin(digitised=True)
            )
        )
        c.office.do(RecordPayment(id, 75_000, receipt="BL-1"))
        c.next(id)
        [file] = c.there(id)["TaiLieuNop"]
        assert (file["TenTepDinhKem"], file["DuocSoHoa"], c.there(id)["HoSoCoThanhPhanSoHoa"]) == (
            "don.pdf",
            "True",
            "1",
        )
        assert c.there(id)["DuocThanhToanTrucTuyen"] == "0"
        c.is_true(id)


def test_the_result_is_the_paper_that_the_procedure_names() -> None:
    """The receipt is published, too, and is no result."""
    papers = [
        node("serviceTask", f"g{number}", motcua_paper=form) for number, form in enumerate(("mau_01", "quyet_dinh"))
    ]
    model = diagram(
        start(motcua_statusCode="1", motcua_formKey="nop") + papers[0] + user("u", motcua_statusCode="2") + papers[1]
        + node("endEvent", "e", motcua_statusCode="9") + path("s", "g0", "u", "g1", "e")
    )  # fmt: skip
    result = '[[result_paper]]\nform = "quyet_dinh"\nname = "Quyết định"\ncomponent = "KQ01"\ncode = "KQ.G00.000001"\n'
    with counter(signer=signer()) as c:
        c.publish(model, TOML + result)
        id = c.hand_in()
        c.next(id)
        [paper] = c.there(id)["DanhSachGiayToKetQua"]
        assert (paper["TenGiayTo"], paper["MaGiayToKetQua"]) == ("Quyết định", "KQ.G00.000001")
        c.is_true(id)


# ---- faults on the way


@pytest.mark.parametrize("trouble", list(Trouble))
@pytest.mark.parametrize("at", range(4))
def test_whatever_befalls_a_request_the_portal_has_all_once(trouble: Trouble, at: int) -> None:
    """Login, look-up, dossier and progress each meet each trouble: it is told again by itself, and is there once."""
    with counter(seconds=1, whole=True) as c:
        c.place.slowness = 1.2
        c.publish(stages(*WAY))
        c.place.troubles.extend([*[None] * at, trouble])
        id = c.hand_in()
        c.next(id, told=False)
        c.office.advance(minutes=3)
        c.is_true(id)
        assert c.lines(id) == ["1", "2", "4"]
        assert incidents(c) == []


def test_trap_a_packet_of_which_one_line_is_there() -> None:
    """An answer was lost, then more happened: “đã tồn tại” is said of a packet that holds a new line, which must not be lost."""
    with counter(whole=True) as c:
        c.publish(stages(*WAY))
        c.place.troubles.extend([None, None, None, Trouble.SILENT])
        id = c.hand_in()
        c.next(id, told=False)
        c.office.advance(minutes=1)
        assert c.lines(id) == ["1", "2", "4"]
        c.is_true(id)


def test_a_portal_that_is_away_for_an_hour() -> None:
    """Nothing is lost, a person is told, and everything is there by itself when it is back."""
    with counter() as c:
        c.publish(stages(*WAY))
        ids = [c.hand_in() for _ in range(3)]
        c.place.troubles.extend([Trouble.LOST] * 10_000)
        for id in ids:
            c.next(id)
        c.office.advance(hours=1)
        [*raised] = incidents(c)
        assert {incident.code for incident in raised} == {UNTOLD}
        assert {incident.instance_id for incident in raised} == set(ids)
        assert len(c.place.troubles) > 10_000 - 3 * 30  # tried ever more seldom
        c.place.troubles.clear()
        c.office.advance(minutes=15)
        for id in ids:
            c.is_true(id)
        assert incidents(c) == []


def test_an_expired_session_is_renewed() -> None:
    """Sessions end in the middle of a dossier."""
    with counter(calls_of_a_session=2) as c:
        c.publish(stages(*WAY))
        id = c.hand_in()
        c.next(id)
        c.is_true(id)
        assert c.portal.logins > 1


def test_trap_exists_already_becomes_an_update() -> None:
    """The portal forgot that it has it, and then says “đã tồn tại”."""
    with counter(forgetful=True) as c:
        c.publish(stages(*WAY))
        id = c.hand_in()
        c.next(id)
        c.is_true(id)
        assert len(c.portal.dossiers) == 1


def test_a_procedure_that_the_portal_does_not_know_waits_for_a_person() -> None:
    """It would be refused for ever; the operator has it tried when the catalogue was mended there, and it is tried by itself when it changes."""
    with counter(procedures=frozenset()) as c:
        c.publish(stages(*WAY))
        id = c.hand_in()
        c.office.advance(hours=2)
        assert (len(c.said(SYNC)), c.portal.dossiers, c.entry(id).state) == (1, {}, "refused")
        [incident] = incidents(c)
        c.portal.procedures = None
        c.office.do(RetryIncident(incident.id))
        c.office.settle()
        c.is_true(id)
        assert incidents(c) == []


def test_an_operator_who_retries_too_early_sees_the_same_incident_again() -> None:
    """One incident for one dossier, not one for each try."""
    with counter(procedures=frozenset()) as c:
        c.publish(stages(*WAY))
        c.hand_in()
        for _ in range(3):
            [incident] = incidents(c)
            c.office.do(RetryIncident(incident.id))
            c.office.settle()
        assert [each.id for each in incidents(c)] == [incident.id]


def test_a_date_that_the_portal_does_not_like_waits_for_a_person() -> None:
    """What it refuses is not sent again and again; the next change of the dossier is tried, and tells the whole truth."""
    with counter() as c:
        c.publish(stages(*WAY))
        c.portal.objections.append("Ngày tiếp nhận không đúng định dạng")
        id = c.hand_in()
        assert (c.portal.dossiers, c.portal.progress, len(incidents(c))) == ({}, [], 1)
        c.next(id)
        assert (c.lines(id), incidents(c)) == (["1", "2", "4"], [])
        c.is_true(id)


# ---- who tells


def begun(c: Counter, id: str) -> Any:
    """The telling of a dossier, begun by somebody."""
    follower = c.office.connectors.followers[PORTAL]
    return c.office.do(BeginTelling(c.entry(id), follower), SERVICE)


def test_two_never_tell_of_one_dossier_at_once() -> None:
    """Two processes see the same row: the second finds it taken, until the first has had its time."""
    with counter() as c:
        c.publish(stages(*WAY))
        id = c.office.do(OpenDossier("p", "online", values=OWNER)).dossier.id
        first = begun(c, id)
        assert isinstance(first, Telling)
        assert begun(c, id) is False
        c.office.clock.set(c.office.clock.now() + timedelta(minutes=5))
        second = begun(c, id)
        assert isinstance(second, Telling)
        # Whoever was slow has nothing to say any more.
        assert c.office.do(NoteTelling(first, Done({}), "p1"), SERVICE) is False
        assert c.office.do(NoteTelling(second, Done({}), "p2"), SERVICE) is True
        assert (c.entry(id).print, c.entry(id).state) == ("p2", "told")


def test_what_happens_while_it_is_told_is_told_after_it() -> None:
    """The row says up to which record it was told, not that it was told."""
    with counter() as c:
        c.publish(stages(*WAY))
        id = c.office.do(OpenDossier("p", "online", values=OWNER)).dossier.id
        telling = begun(c, id)
        c.next(id, told=False)
        assert begun(c, id) is False
        c.office.do(NoteTelling(telling, Done({}), "p"), SERVICE)
        again = begun(c, id)
        assert ([move.status for move in telling.news.moves], [move.status for move in again.news.moves]) == (
            ["1", "2"],
            ["4"],
        )


def test_a_process_that_dies_between_sending_and_noting_doubles_nothing() -> None:
    """What was sent and not noted is sent again, and the portal recognises it."""
    with counter() as c:
        c.publish(stages(*WAY))
        id = c.office.do(OpenDossier("p", "online", values=OWNER)).dossier.id
        c.office.teller.answer(begun(c, id))
        c.office.restart()
        c.office.advance(minutes=2)
        c.is_true(id)
        assert (len(c.said(SYNC)), c.lines(id)) == (2, ["1", "2"])


def test_dossiers_that_cannot_be_told_hold_up_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """They take no place of those that can: the portal hears of all others, however many are damaged and oldest."""
    with counter() as c:
        c.publish(stages(*WAY))
        ids = [c.office.do(OpenDossier("p", "online", values=OWNER)).dossier.id for _ in range(7)]
        damaged, news = {*ids[:5]}, outbox._news

        def partly(work: Work, live: Live, entry: OutboxEntry) -> News:
            if live.head.id in damaged:
                raise ValueError("damaged")
            return news(work, live, entry)

        monkeypatch.setattr(outbox, "_news", partly)
        with capture_logs():  # what went wrong is told at length
            for _ in range(5):
                c.office.runner.run_round()
        assert [c.entry(id).state == TOLD for id in ids] == [False] * 5 + [True] * 2

        damaged.clear()
        for _ in range(8):
            c.office.runner.run_round()
        assert all(c.entry(id).state == TOLD for id in ids)


def test_two_processes_tell_of_each_dossier_once(postgresql_url: Databases) -> None:
    """On several machines the database decides who tells: none is told of twice, none is left to the other."""
    url = postgresql_url()
    upgrade(url)
    with counter(url, ids=TimeOrderedIds()) as c:
        other = Office(url, ids=TimeOrderedIds(), connectors=c.office.connectors)
        c.publish(stages(*WAY))
        ids = [c.office.do(OpenDossier("p", "online", values=OWNER)).dossier.id for _ in range(12)]
        with ThreadPoolExecutor(2) as both:
            list(both.map(Office.settle, (c.office, other)))
        for office in (c.office, other):
            office.settle()
        assert len(c.said(SYNC)) == len(c.said(PROGRESS)) == len(ids)
        for id in ids:
            c.is_true(id)
        other.close()


def test_what_was_not_told_is_not_archived() -> None:
    """The archive has no outbox: a dossier goes there when everybody knows how it ended."""
    with counter() as c:
        c.publish(stages("1", "2", "9"))
        id = c.office.do(OpenDossier("p", "online", values=OWNER)).dossier.id
        c.next(id, told=False)
        head = c.office.head(id)
        for told in (False, True):
            with c.office.store.read() as queries:
                found = queries.archivable(head.definition_id, "9999", ("", ""), 5)
            assert [each for _, each in found] == [id] * told
            c.office.settle()


def test_a_restart_at_every_step_tells_the_same() -> None:
    """Nothing of the outbox is in memory only."""
    told = []
    for forgetful in (False, True):
        with counter(forgetful=forgetful) as c:
            c.publish(stages(*WAY))
            id = c.hand_in()
            while c.dossier(id).status != "10":
                c.next(id)
            told.append(orjson.dumps([c.said(SYNC), c.said(PROGRESS)]))
    assert told[0] == told[1]


def test_a_rebuild_neither_tells_again_nor_forgets() -> None:
    """The outbox is no reading of the log: it says what others have said. Its incidents are made again from it."""
    with counter(procedures=frozenset({"1.000001"})) as c:
        c.publish(stages(*WAY))
        told, waits = c.hand_in(), c.hand_in({"ten": OWNER["ten"]})
        before, entries, arrived = c.office.derived(), [c.entry(told), c.entry(waits)], len(c.place.arrived)
        c.office.rebuild()
        assert c.office.derived() == before
        c.office.settle()
        assert ([c.entry(told), c.entry(waits)], len(c.place.arrived)) == (entries, arrived)
        [incident] = incidents(c)
        c.office.mend(waits, so=OWNER["so"])
        c.office.settle()
        c.is_true(waits)
        assert (incidents(c), incident.instance_id) == ([], waits)
        for id in (told, waits):
            assert c.office.verify(id).identical


def test_what_may_be_told_is_measured() -> None:
    """An operator sees how much the portal lacks, and how much of it waits for a person."""
    with counter(procedures=frozenset()) as c:
        c.publish(stages(*WAY))
        c.hand_in()
        c.office.do(OpenDossier("p", "online", values=OWNER))
        with c.office.store.read() as queries:
            assert queries.count_untold(PORTAL) == (1, 1)


# ---- the owner table


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ('phone = "dien_thoai_ban"', "dien_thoai_ban"),
        ("phone = 5", "/owner/phone"),
        ('fax = "so"', "/owner/fax"),
        ('kind = "9"', "/owner/kind"),
    ],
)
def test_an_owner_table_that_names_nothing_is_refused(said: str, told: str) -> None:
    """A misspelt variable would be found out at the first dossier, by the portal."""
    key = said.partition(" ")[0]
    kept = "\n".join(line for line in TOML.splitlines() if not line.startswith(f"{key} "))
    with counter() as c, pytest.raises(DeploymentRefused) as refused:
        c.publish(stages(*WAY), f"{kept}\n{said}\n")
    assert told in str(refused.value.problems)
