"""Figures of a past period: whatever happens to its dossiers later, to the tables, to the instances, they stay what they were."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from api import bootstrap
from api.bootstrap import Service
from engine.analysis.facts import DOSSIERS, Period
from engine.domain.dossier import DISSATISFIED
from engine.service.clock import SetVirtualTime
from engine.service.command import SERVICE
from engine.service.counted import counted
from engine.service.payments import RecordPayment
from engine.service.ratings import RateDossier
from engine.service.rebuild import rebuild
from tests.api import test_holdings
from tests.api.models import chain, process
from tests.api.office import Office
from tests.api.people import TREE
from tests.api.test_dossiers import BESIDE, LIMIT, MONDAY, STEPS, do, hand_in

DAY = 24 * 3600
MARCH = "from=2027-03-01T00:00:00%2B07:00&to=2027-04-01T00:00:00%2B07:00"
MAY = "from=2027-05-01T00:00:00%2B07:00&to=2027-06-01T00:00:00%2B07:00"
JUNE = "from=2027-06-01T00:00:00%2B07:00&to=2027-07-01T00:00:00%2B07:00"
SPRING = "from=2027-03-01T00:00:00%2B07:00&to=2027-07-01T00:00:00%2B07:00"
PLACED = tuple(
    step.replace('name="Tiếp nhận"', 'name="Tiếp nhận" motcua:phase="intake" motcua:location="centre"')
    .replace('name="Thẩm định"', 'name="Thẩm định" motcua:phase="appraisal, approval" motcua:location="centre"')
    .replace('name="Trả kết quả"', 'name="Trả kết quả" motcua:phase="return" motcua:location="centre"')
    for step in STEPS
)

SAID = 'level = "xa"\nfield = "Hộ tịch"\n'.encode() + LIMIT


@pytest.fixture
def counter(office: Office) -> Office:
    """An office that is :func:`opened`."""
    return opened(office)


def opened(office: Office) -> Office:
    """With a procedure whose four steps are at the centre, at eight o'clock on the first Monday of March."""
    office.call("PUT", "/v1/organisation", TREE)
    assert 201 == office.upload({"p.bpmn": process("p", chain(*PLACED), BESIDE), "procedure.toml": SAID}).status_code
    office.service.writer.do(SetVirtualTime(datetime.fromisoformat(MONDAY)), SERVICE)
    return office


def figures(office: Office, period: str) -> Any:
    """Everything that is told of a period."""
    sets = [
        office.get(f"/v1/indicators?{period}&set={id}&by={by}")
        for id in ("tinh_2021", "qd_766")
        for by in ("unit", "level", "procedure")
    ]
    return sets, [office.get(f"/v1/reports/{form}?{period}") for form in ("06a", "07a", "07b")]


def of(office: Office, id: str, period: str = MARCH) -> tuple[Any, Any]:
    """Numerator and denominator of one of the province's indicators."""
    [figure] = [each for each in office.get(f"/v1/indicators?{period}")["items"] if each["id"] == id]
    return figure["numerator"], figure["denominator"]


def lived(office: Office) -> list[str]:
    """Four dossiers: one done in three days, one that waits for its citizen, one not looked at, one late."""
    ids = [hand_in(office, unit=unit)["id"] for unit in ("X1", "X1", "X2", "X2")]
    for id in ids[:2] + ids[3:]:
        do(office, id, "accept")
    office.advance(DAY)
    for id in (ids[0], ids[1]):
        do(office, id, "appraise")
    office.advance(DAY)
    office.post(f"/v1/dossiers/{ids[0]}/supplement")
    do(office, ids[0], "decide")
    return ids


def finish(office: Office, ids: list[str]) -> None:
    """Everything comes to its end, months later."""
    office.advance(60 * DAY)
    do(office, ids[2], "accept")
    do(office, ids[0], "hand")
    for id in ids[2:]:
        do(office, id, "appraise")
    for id in ids[1:]:
        assert 200 == office.post(f"/v1/dossiers/{id}/supplement").status_code
        do(office, id, "decide")
        do(office, id, "hand")


def test_a_past_month_stays_what_it_was(counter: Office) -> None:
    """On 31 March one waited and one ran late; that both were finished in May changes nothing of March."""
    ids = lived(counter)
    counter.advance(40 * DAY)  # April: what runs now did so at the end of March
    before = figures(counter, MARCH)
    [row] = [row for row in before[1][1]["rows"] if row["group"] == "X2"]
    assert ("Xã hai", 1, 1) == (row["groupName"]["vi"], row["numbers"]["running_late"], row["numbers"]["total"])
    assert (1, 1) == (before[1][0]["total"]["waiting_supplement"], before[1][0]["total"]["finished_early"])

    finish(counter, ids)
    moved = b'level = "tinh"\nfield = "Other"\nfeedback = true\n' + LIMIT
    assert 201 == counter.upload({"p.bpmn": process("p", chain(*PLACED), BESIDE), "procedure.toml": moved}).status_code

    assert before == figures(counter, MARCH)
    assert 201 == counter.upload({"p.bpmn": process("p", chain(*PLACED), BESIDE), "procedure.toml": SAID}).status_code
    assert ((1, 1), (3, 4)) == (of(counter, "K1"), of(counter, "K1", SPRING))
    assert ((0, 1), (4, 4)) == (of(counter, "K5b"), of(counter, "K5b", SPRING))
    assert (1, 1) == of(counter, "K5")


def test_the_log_and_the_archive_tell_the_same(counter: Office, service: Service, tmp_path: Path) -> None:
    """Rebuilt from the log, moved to the archive, and rebuilt again: nobody can tell by the figures."""
    finish(counter, lived(counter))
    before = figures(counter, MARCH), figures(counter, SPRING)

    rebuild(service.store, service.catalog)
    assert before == (figures(counter, MARCH), figures(counter, SPRING))

    counter.advance(400 * DAY)
    assert 4 == bootstrap.archivist(service, tmp_path / "archive").run().archived
    assert [] == counter.get("/v1/dossiers")["items"]
    assert before == (figures(counter, MARCH), figures(counter, SPRING))
    rebuild(service.store, service.catalog)
    assert before == (figures(counter, MARCH), figures(counter, SPRING))


def test_what_was_cancelled_is_over(counter: Office, service: Service, tmp_path: Path) -> None:
    """Nobody works on it: it burdens the period in which it was broken off as neither finished nor in time, and no later one."""
    id = hand_in(counter, unit="X1")["id"]
    do(counter, id, "accept")
    counter.advance(DAY)
    assert 200 == counter.post(f"/v1/process-instances/{id}/cancel", {"reason": "twice"}).status_code
    dossier = counter.get(f"/v1/dossiers/{id}")
    assert ("2", True) == (dossier["status"]["code"], dossier["endedAt"] is not None)
    clock = counter.get(f"/v1/dossiers/{id}/clock")
    assert (False, False) == (clock["running"], clock["inTimeNationally"])
    with service.store.read() as queries:
        assert ([], []) == (list(queries.open_dossiers("", 9)), list(queries.jobs_of(id)))

    counter.advance(60 * DAY)
    march, later = figures(counter, MARCH), figures(counter, MAY)
    [row] = march[1][1]["rows"]
    assert ([0, 1, 1, 0, 0], 0) == (
        [row["numbers"][column] for column in ("running_in_time", "stopped", "total", "finished_late", "running_late")],
        march[1][1]["misplaced"],
    )
    assert [] == later[1][1]["rows"]
    assert ((0, 0), (0, 1)) == (of(counter, "K1"), of(counter, "2.1", MARCH + "&set=qd_766"))

    rebuild(service.store, service.catalog)
    assert dossier == counter.get(f"/v1/dossiers/{id}")
    assert (march, later) == (figures(counter, MARCH), figures(counter, MAY))
    counter.advance(400 * DAY)
    assert 1 == bootstrap.archivist(service, tmp_path / "archive").run().archived
    assert (march, later) == (figures(counter, MARCH), figures(counter, MAY))


def test_what_is_paid_for_the_result_counts_when_it_is_paid(counter: Office, service: Service, tmp_path: Path) -> None:
    """Most pay when they fetch it, maybe months after it was finished; no period hears of it twice, and the archive keeps it."""
    charged = tuple(step.replace('name="Thẩm định"', 'name="Thẩm định" motcua:fee="75000"') for step in PLACED)
    assert 201 == counter.upload({"p.bpmn": process("p", chain(*charged), BESIDE), "procedure.toml": SAID}).status_code
    [id, *_] = lived(counter)
    counter.advance(60 * DAY)
    march = figures(counter, MARCH)
    service.writer.do(RecordPayment(id, 75_000, receipt="BL-1"), SERVICE)
    do(counter, id, "hand")
    service.writer.do(RateDossier(id, DISSATISFIED), SERVICE)

    def told() -> list[Any]:
        return [figures(counter, period) for period in (MARCH, MAY, JUNE)]

    assert march == figures(counter, MARCH)
    assert [(0, 0), (0, 1), (0, 0)] == [of(counter, "K4", period) for period in (MARCH, MAY, JUNE)]
    assert [0, 1, 0] == [_dissatisfied(service, month) for month in (3, 5, 6)]
    counter.advance(400 * DAY)
    before = told()
    assert 1 == bootstrap.archivist(service, tmp_path / "archive").run().archived
    assert before == told()
    assert [0, 1, 0] == [_dissatisfied(service, month) for month in (3, 5, 6)]


def _dissatisfied(service: Service, month: int) -> int:
    period = Period(*(datetime.fromisoformat(f"2027-{n:02}-01T00:00:00+07:00") for n in (month, month + 1)))
    with service.store.read() as queries:
        found = counted(queries, service.catalog, period, period.end, {DOSSIERS: {"rated", "rating"}})[DOSSIERS]
    return sum(number for known, (number, _) in found.numbers.items() if set(known) == {True, DISSATISFIED})


def test_nothing_personal_is_left_behind(counter: Office, service: Service, tmp_path: Path) -> None:
    """What stays of an archived dossier are codes and times: no name, no value, not even its number."""
    finish(counter, lived(counter))
    codes = [dossier["code"] for dossier in counter.get("/v1/dossiers")["items"]]
    counter.advance(400 * DAY)
    bootstrap.archivist(service, tmp_path / "archive").run()

    with service.store.begin() as unit:
        kept = unit._connection.exec_driver_sql("SELECT counted FROM archived").scalars().all()

    assert 4 == len(kept)
    assert not any(code in text for text in kept for code in codes)


def test_a_unit_that_is_gone_is_named_with_its_successor(counter: Office) -> None:
    """A commune that was merged keeps what it did; whoever reads it sees who has its dossiers now."""
    lived(counter)
    after = {"code": "X3", "name": "Xã mới", "level": "commune", "parent": "T", "validFrom": "2027-04-01"}
    gone = [
        unit | ({"validTo": "2027-03-31", "successor": "X3"} if unit["code"] == "X2" else {}) for unit in TREE["units"]
    ]
    assert 200 == counter.call("PUT", "/v1/organisation", {"units": [*gone, after]}).status_code
    counter.advance(60 * DAY)

    rows = {row["group"]: row for row in counter.get(f"/v1/reports/07a?{MARCH}")["rows"]}

    assert ("Xã hai", {"code": "X3", "name": "Xã mới"}) == (rows["X2"]["groupName"]["vi"], rows["X2"]["successor"])
    assert rows["X1"]["successor"] is None
    sheet = counter.call("GET", f"/v1/reports/07a?{MARCH}&format=csv").get_data(as_text=True)
    assert "X2,Xã hai,Xã mới," in sheet and sheet.startswith("\ufeffMã,Tên,")


def test_another_date_does_not_make_it_in_time(printing: Office) -> None:
    """Statistics keep the date of the law, however politely the citizen was put off; the new date is told beside it."""
    counter = opened(printing)
    id = lived(counter)[3]
    answer = counter.post(f"/v1/dossiers/{id}/extension", {"due": "2027-03-30T09:00:00Z", "reason": "Chờ ý kiến"})
    assert 202 == answer.status_code, answer.text
    counter.advance(20 * DAY)
    do(counter, id, "appraise")
    counter.post(f"/v1/dossiers/{id}/supplement")
    do(counter, id, "decide")

    report = counter.get(f"/v1/reports/07a?{MARCH}")

    assert (1, 2) == of(counter, "K1")
    assert 1 == report["total"]["finished_late"]
    [national] = [each for each in counter.get(f"/v1/indicators?{MARCH}&set=qd_766")["items"] if each["id"] == "2.1"]
    assert (3, 3) == (national["numerator"], national["denominator"])


def test_money_documents_and_ratings_are_as_they_were(office: Office, service: Service, tmp_path: Path) -> None:
    """What was paid in March counts there, although it was given back in April; an opinion of April does not."""
    beside = '<message id="m" name="da_nop_phi"/>'
    files = {"p.bpmn": process("p", chain(*test_holdings.STEPS), beside), "procedure.toml": test_holdings.PROCEDURE}
    assert 201 == office.upload(files).status_code
    office.service.writer.do(SetVirtualTime(datetime.fromisoformat(MONDAY)), SERVICE)
    made = hand_in(office)
    path = f"/v1/dossiers/{made['id']}"
    for reused in ("true", "false"):
        assert 201 == test_holdings.attach(office, made["id"], reused=reused).status_code
    test_holdings.do(office, made["id"])
    said = {"amount": 75_000, "method": "cash", "receipt": "BL-1"}
    payment = office.post(f"{path}/payments", said).json["id"]
    office.advance(DAY)
    for _ in range(2):
        test_holdings.do(office, made["id"])
    march = figures(office, MARCH)
    national = _national(office, MARCH)
    assert ((0, 1), (1, 1), (0, 1)) == (of(office, "K4"), national["4.3"], national["3.6"])
    assert (1, 1) == national["5.4"]

    office.advance(40 * DAY)
    assert 200 == office.post(f"{path}/payments/{payment}/refund", {"reason": "Thu nhầm"}).status_code
    rated = office.client.post(
        f"/v1/public/dossiers/{made['id']}/rating", json={"secret": made["secret"], "rating": "dissatisfied"}
    )
    assert 200 == rated.status_code

    assert march == figures(office, MARCH)
    assert ((0, 0), (0, 1)) == (of(office, "K4", SPRING), _national(office, SPRING)["5.4"])
    spring = figures(office, SPRING)
    rebuild(service.store, service.catalog)
    office.advance(400 * DAY)
    assert 1 == bootstrap.archivist(service, tmp_path / "archive").run().archived
    assert (march, spring) == (figures(office, MARCH), figures(office, SPRING))


def _national(office: Office, period: str) -> dict[str, tuple[Any, Any]]:
    items = office.get(f"/v1/indicators?{period}&set=qd_766&rulesOf=2025-01-01")["items"]
    return {figure["id"]: (figure["numerator"], figure["denominator"]) for figure in items}


def test_what_is_opened_again_was_finished_once(office: Office, service: Service) -> None:
    """Feedback that was answered and opened again is running in the month in which it was opened, and is counted as repeated after."""
    steps = (
        'startEvent|s|motcua:statusCode="2"', 'userTask|answer|motcua:statusCode="4"', 'userTask|publish|motcua:statusCode="9"',
        'userTask|again|motcua:statusCode="4"', 'userTask|republish|motcua:statusCode="9"', 'endEvent|e|motcua:statusCode="10"',
    )  # fmt: skip
    said = b'level = "xa"\nfeedback = true\n' + LIMIT
    assert 201 == office.upload({"p.bpmn": process("p", chain(*steps)), "procedure.toml": said}).status_code
    office.service.writer.do(SetVirtualTime(datetime.fromisoformat(MONDAY)), SERVICE)
    id = hand_in(office)["id"]
    do(office, id, "answer")
    office.advance(5 * DAY)
    first = "from=2027-03-01T00:00:00%2B07:00&to=2027-03-05T00:00:00%2B07:00"
    assert ((1, 1), (1, 1)) == (_national(office, first)["5.2"], _national(office, first)["5.3"])

    do(office, id, "publish")
    assert ((1, 1), (0, 0)) == (_national(office, MARCH)["5.2"], _national(office, MARCH)["5.3"])
    do(office, id, "again")
    do(office, id, "republish")

    assert (0, 1) == _national(office, MARCH)["5.3"]
    assert ((1, 1), (0, 0)) == (_national(office, first)["5.3"], of(office, "K1"))
    rebuild(service.store, service.catalog)
    assert (0, 1) == _national(office, MARCH)["5.3"]
