"""Stories: records become what people did, when, on which basis, and what followed."""

from __future__ import annotations

from typing import Any

from api.cli.story import Story

MONDAY = "2021-03-01T01:15:00.000000Z"
TUESDAY = "2021-03-02T02:00:00.000000Z"


def _records(
    cause: str, at: str, *kinds: tuple[str, dict[str, Any]], person: str | None = None
) -> list[dict[str, Any]]:
    return [
        {"seq": i, "kind": kind, "recordedAt": at, "actor": "service", "onBehalfOf": person, "cause": cause, "payload": payload}
        for i, (kind, payload) in enumerate(kinds, 1)
    ]  # fmt: skip


def _entered(element: str, type_: str, **more: Any) -> tuple[str, dict[str, Any]]:
    return "ElementEntered", {"activity": f"{element}#1", "element": element, "type": type_, **more}


def _offered(task: str, element: str, **more: Any) -> tuple[str, dict[str, Any]]:
    return "UserTaskCreated", {"userTask": task, "activity": f"{element}#1", "element": element, **more}


STARTED = _records(
    "c1", MONDAY,
    ("ProcessInstanceStarted", {"values": {}}),
    _entered("applied", "startEvent", name="Nộp đơn", statusCode="1"),
    _entered("check", "userTask", name="Kiểm tra", legalBasis="Điều 1", statusCode="4"),
    _offered("t1", "check", name="Kiểm tra", lane="Một cửa", due="2021-03-01T08:00:00.000000Z"),
    person="An",
)  # fmt: skip


def test_a_start_is_told_by_its_start_event() -> None:
    """“Started” says nothing to a citizen; what the diagram calls it does."""
    (deed,) = Story().deeds(STARTED)

    assert ("An", "Nộp đơn", "1") == (deed.actor, deed.what, deed.status)
    (work,) = deed.consequences
    assert ("→", "Kiểm tra", "4", "hạn T2 01/03 15:00, Một cửa") == (work.sign, work.text, work.status, work.detail)


def test_a_completion_has_its_legal_basis_and_whether_it_was_late() -> None:
    """That is what an auditor asks of every step. Days are compared, not minutes."""
    story = Story()
    story.deeds(STARTED)
    done = ("UserTaskCompleted", {"userTask": "t1", "activity": "check#1", "values": {}})

    (deed,) = story.deeds(_records("c2", TUESDAY, done, person="Bình"))
    (in_time,) = story.deeds(_records("c3", "2021-03-01T09:00:00.000000Z", done, person="Bình"))

    assert ("Bình", "Kiểm tra", "Điều 1", True) == (deed.actor, deed.what, deed.legal_basis, deed.late)
    assert not in_time.late


def test_what_happens_by_itself_has_nobody_as_actor() -> None:
    """Silence that counts as consent is nobody's deed."""
    story = Story()
    story.deeds(_records("c1", MONDAY, ("TimerArmed", {"timer": "x", "element": "late", "name": "Hết hạn", "due": TUESDAY})))  # fmt: skip

    (deed,) = story.deeds(
        _records(
            "c2", TUESDAY,
            ("TimerFired", {"timer": "x", "activity": "late#1", "element": "late"}),
            _entered("late", "boundaryEvent", name="Hết hạn", statusCode="4"),
            ("UserTaskCancelled", {"userTask": "t1"}),
        )
    )  # fmt: skip

    assert (None, "Đến giờ “Hết hạn”", "4") == (deed.actor, deed.what, deed.status)
    assert ["rút lại việc: t1"] == [c.text for c in deed.consequences]


def test_an_event_that_has_come_is_not_told_as_waiting_but_the_next_one_is() -> None:
    """A payment that was not enough ends one wait and begins another at the same place."""
    story = Story()
    story.deeds(_records("c1", MONDAY, _entered("fee", "receiveTask", name="Chờ nộp")))

    (deed,) = story.deeds(
        _records(
            "c2", TUESDAY,
            ("MessageDelivered", {"subscription": "s", "activity": "fee#1", "element": "fee", "name": "paid", "values": {}}),
            _entered("fee", "receiveTask", name="Chờ nộp", statusCode="6"),
            person="An",
        )
    )  # fmt: skip

    assert "Tin nhắn “Chờ nộp”" == deed.what
    assert [("…", "chờ: Chờ nộp", "6")] == [(c.sign, c.text, c.status) for c in deed.consequences]


def test_the_same_several_times_is_told_once() -> None:
    """Twenty agencies asked at once are one line, not twenty."""
    work = [_offered(f"t{i}", "opinion", name="Cho ý kiến") for i in range(20)]

    (deed,) = Story().deeds(_records("c1", MONDAY, *work))

    assert [("Cho ý kiến", 20)] == [(c.text, c.times) for c in deed.consequences]


def test_only_the_end_of_all_is_told_as_the_end() -> None:
    """The end of a reminder is not the end of the dossier."""
    story = Story()
    side = _records(
        "c1", MONDAY, ("TimerFired", {"timer": "x", "activity": "r#1", "element": "r"}), _entered("told", "endEvent")
    )
    last = _records("c2", TUESDAY, _entered("granted", "endEvent"), ("ProcessInstanceCompleted", {}))

    assert ["·", "■"] == [deed.consequences[-1].sign for deed in story.deeds(side + last)]


def test_an_incident_is_told_in_the_readers_language() -> None:
    """The log has both."""
    raised = (
        "IncidentRaised",
        {"element": "g", "name": "Đủ?", "detail": {"vi": "thiếu giá trị", "en": "a value is missing"}},
    )

    (deed,) = Story().deeds(_records("c1", MONDAY, raised))

    assert ["sự cố tại “Đủ?”: thiếu giá trị"] == [c.text for c in deed.consequences]


def test_papers_and_money_are_told() -> None:
    """Who reads the story sees what the citizen holds in his hand: the paper's number and signer, what was due and what was paid."""
    story = Story()
    made = _records(
        "c1",
        MONDAY,
        _entered("slip", "serviceTask", name="Cấp giấy hẹn"),
        ("FeeDetermined", {"element": "slip", "amount": 75000}),
    )
    out = _records(
        "c2", MONDAY, ("PaperPublished", {"activity": "slip#1", "label": "01/TNHS", "signer": "Đơn vị (mẫu)"})
    )
    paid = _records("c3", TUESDAY, ("PaymentSettled", {"amount": 75000}))

    first, second, third = story.deeds(made + out + paid)

    assert "phải nộp 75.000 đồng" in [c.text for c in first.consequences]
    assert "01/TNHS “Cấp giấy hẹn”, ký bởi Đơn vị (mẫu)" == second.what
    assert "Nộp 75.000 đồng" == third.what


def test_what_happens_beside_the_diagram_is_told() -> None:
    """A deed without words says that something happened, and not what."""
    story = Story()
    story.deeds(STARTED)
    deeds: dict[str, tuple[dict[str, Any], str]] = {
        "EscalationReached": (
            {"of": "step", "percent": 80, "activity": "check#1"},
            "Đã dùng 80 % thời hạn của “Kiểm tra”",
        ),
        "DueTimeExtended": ({"due": TUESDAY, "reason": "Mưa bão"}, "Hẹn lại ngày trả T3 02/03 09:00: Mưa bão"),
        "PaymentRefunded": ({"amount": 5000, "reason": "Thu nhầm"}, "Hoàn 5.000 đồng: Thu nhầm"),
        "DossierRated": ({"rating": "satisfied"}, "Đánh giá kết quả"),
    }

    for kind, (payload, said) in deeds.items():
        (deed,) = story.deeds(_records(kind, MONDAY, (kind, payload)))
        assert said == deed.what
