"""The control sheet is read from records alone, so that nobody can write into it what did not happen."""

from __future__ import annotations

from typing import Any

from engine.domain.control_sheet import steps
from engine.domain.record import Record

_AT = "2026-03-{:02}T{:02}:00:00.000000Z"


def record(kind: str, day: int, hour: int, actor: str = "portal", person: str | None = None, **payload: Any) -> Record:
    """A record of March 2026, at an hour of UTC."""
    return Record("i", 1, kind, _AT.format(day, hour), actor, person, "c", payload)


def given(task: str, day: int, hour: int, lane: str | None = "Bộ phận một cửa", due: int | None = None) -> Record:
    """A task that was handed over."""
    more = {} if due is None else {"due": _AT.format(due, 10)}
    return record("UserTaskCreated", day, hour, userTask=task, element=task, name=f"Việc {task}", lane=lane, **more)


def test_a_row_says_who_had_it_from_when_until_when_and_whether_in_time():
    """The columns of form 05; the person counts, not the portal that acted for him."""
    rows = steps(
        [
            given("a", 2, 1, due=4),
            record("UserTaskClaimed", 2, 2, "portal", "duc", userTask="a", assignee="duc"),
            record("UserTaskCompleted", 3, 3, "portal", "duc", userTask="a"),
            given("b", 3, 3, lane="Phòng Đất đai", due=4),
            record("UserTaskCompleted", 5, 3, "portal", "hoa", userTask="b"),
        ]
    )
    assert ("Bộ phận một cửa", "Việc a", "08:00 ngày 02/03/2026", "09:00 ngày 02/03/2026", "duc", "Trước hạn") == (
        rows[0].place, rows[0].step, rows[0].handed, rows[0].received, rows[0].who, rows[0].timeliness
    )  # fmt: skip
    assert ("Phòng Đất đai", "hoa", "Quá hạn", "Xong 10:00 ngày 05/03/2026") == (
        rows[1].place, rows[1].who, rows[1].timeliness, rows[1].note
    )  # fmt: skip


def test_who_never_took_it_took_it_when_he_was_done():
    """A task that is completed straight away has one moment for both."""
    [row] = steps([given("a", 2, 1, due=2), record("UserTaskCompleted", 2, 3, person="duc", userTask="a")])
    assert ("10:00 ngày 02/03/2026", "Đúng hạn") == (row.received, row.timeliness)


def test_what_was_given_back_is_nobodys():
    """Until somebody else takes it."""
    [row] = steps(
        [
            given("a", 2, 1),
            record("UserTaskClaimed", 2, 2, userTask="a", assignee="duc"),
            record("UserTaskReleased", 2, 3, userTask="a", assignee=None),
        ]
    )
    assert ("", "", "", "Đang xử lý") == (row.received, row.who, row.timeliness, row.note)


def test_what_was_withdrawn_is_neither_early_nor_late():
    """It is named all the same: the dossier was there."""
    [row] = steps([given("a", 2, 1, due=1), record("UserTaskCancelled", 3, 1, userTask="a")])
    assert ("", "Thu hồi 08:00 ngày 03/03/2026") == (row.timeliness, row.note)


def test_work_of_other_systems_is_on_it():
    """Coordinating agencies have the dossier too."""
    [row] = steps(
        [
            record("JobRequested", 2, 1, job="j", element="thue", name="Gửi thuế", topic="connector:thue.gui"),
            record("JobCompleted", 2, 2, "service", job="j"),
        ]
    )
    assert ("connector:thue.gui", "service", "Đúng hạn") == (row.place, row.who, row.timeliness)
