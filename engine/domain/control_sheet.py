"""The control sheet (phiếu kiểm soát quá trình): who had the dossier, from when until when, read from its history alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from engine.domain.calendar import LOCAL
from engine.domain.paper import Step
from engine.domain.record import Record
from engine.domain.timeliness import EARLY, LATE, ON_TIME, by_date
from engine.domain.values import moment

WORDS = {EARLY: "Trước hạn", ON_TIME: "Đúng hạn", LATE: "Quá hạn"}


@dataclass(slots=True)
class _Hand:
    """A step while it is read: handed over, taken, done, or withdrawn."""

    place: str
    step: str
    handed_at: str
    due: str | None
    taken_at: str | None = None
    ended_at: str | None = None
    who: str = ""
    withdrawn: bool = False


def steps(records: Iterable[Record]) -> tuple[Step, ...]:
    """A row for every step that was given to somebody, in the order in which they were given.

    Who never said that he took it took it when he was done with it.
    """
    hands: dict[str, _Hand] = {}
    for record in records:
        _follow(hands, record)
    return tuple(_row(hand) for hand in hands.values())


def _follow(hands: dict[str, _Hand], record: Record) -> None:
    p, at = record.payload, record.recorded_at
    if record.kind == "UserTaskCreated":
        place = p.get("lane") or ", ".join(p.get("candidateGroups", ()))
        hands[p["userTask"]] = _Hand(place, p.get("name") or p["element"], at, p.get("due"))
    elif record.kind == "JobRequested":
        hands[p["job"]] = _Hand(p["topic"], p.get("name") or p["element"], at, None, at)
    elif (hand := hands.get(p.get("userTask") or p.get("job") or "")) is not None:
        _handle(hand, record.kind, record.on_behalf_of or record.actor, p.get("assignee"), at)


def _handle(hand: _Hand, kind: str, who: str, assignee: str | None, at: str) -> None:
    if kind in ("UserTaskClaimed", "UserTaskAssigned"):
        hand.taken_at, hand.who = at, assignee or who
    elif kind == "UserTaskReleased":
        hand.taken_at, hand.who = None, ""
    elif kind in ("UserTaskCompleted", "JobCompleted", "JobErrorThrown"):
        hand.ended_at, hand.who = at, who
        hand.taken_at = hand.taken_at or at
    elif kind in ("UserTaskCancelled", "JobCancelled"):
        hand.ended_at, hand.withdrawn = at, True


def _row(hand: _Hand) -> Step:
    return Step(
        hand.place, hand.step, told(hand.handed_at), told(hand.taken_at), hand.who, _timeliness(hand), _note(hand)
    )


def _timeliness(hand: _Hand) -> str:
    """Early, on time or late by the day; a step without a limit is on time (national rule)."""
    if hand.withdrawn or hand.ended_at is None:
        return ""
    if hand.due is None:
        return WORDS[ON_TIME]
    return WORDS[by_date(moment(hand.ended_at), moment(hand.due))]


def _note(hand: _Hand) -> str:
    if hand.withdrawn:
        return f"Thu hồi {told(hand.ended_at)}"
    return "Đang xử lý" if hand.ended_at is None else f"Xong {told(hand.ended_at)}"


def told(at: str | datetime | None) -> str:
    """A moment as papers have it: ``08:05 ngày 02/03/2026``; nothing where there is none."""
    if at is None:
        return ""
    local = (moment(at) if isinstance(at, str) else at).astimezone(LOCAL)
    return f"{local:%H:%M} ngày {local:%d/%m/%Y}"
