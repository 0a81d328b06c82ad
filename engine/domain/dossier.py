"""Dossiers (hồ sơ): what a citizen handed in, above the instance that works on it.

A dossier is a fold over its instance's log: which status it has, since when, and its legal clock.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from engine.domain import legal_clock, payment, status
from engine.domain.calendar import Calendar, NotInCalendar
from engine.domain.errors import IllegalStatusMove
from engine.domain.legal_clock import LegalClock
from engine.domain.record import Payload
from engine.domain.values import moment, written

ONLINE, COUNTER, POST = "online", "counter", "post"
CHANNELS = (ONLINE, COUNTER, POST)
CODE, RECEIVED, APPOINTED = "ma_ho_so", "ngay_tiep_nhan", "ngay_hen_tra"
"""Variables that a process is given when its dossier is accepted: papers and packets name them so."""
VERY_SATISFIED, SATISFIED, DISSATISFIED = "verySatisfied", "satisfied", "dissatisfied"
RATINGS = (VERY_SATISFIED, SATISFIED, DISSATISFIED)
"""Rất hài lòng, hài lòng, không hài lòng: the three that are asked for at the counter, too."""
UNKNOWN = ""
"""The limit of a clock between acceptance and the record that names it."""
CENTRE = "centre"
"""The location of the one-stop centre."""
_MINUTE = timedelta(minutes=1)
_LEAVING = frozenset({"ElementLeft", "ElementCancelled"})


@dataclass(frozen=True, slots=True)
class Dossier:
    """One dossier. Its id is that of its instance; ``code`` is what people call it, once it was accepted.

    ``ended_at`` is when it was settled (status 9, else 10, 8, 7 or 3) or broken off, ``first_due_at`` what the citizen was
    told first.
    """

    id: str
    code: str | None
    key: str
    unit: str | None
    starter: str | None
    channel: str
    status: str | None
    submitted_at: str
    status_at: str
    accepted_at: str | None = None
    ended_at: str | None = None
    returned_at: str | None = None
    first_due_at: str | None = None
    due_at: str | None = None
    calendar: str | None = None
    """Hash of the calendar that its due time was last reckoned by."""
    clock: dict[str, Any] | None = None
    supplements: int = 0
    """How often something was asked for that was missing."""
    fees: dict[str, int] | None = None
    """What each element of its own process found to be due, in đồng."""
    fee: int | None = None
    """The sum of them; None while nothing was determined, 0 where it is free."""
    paid: int = 0
    """What was paid and not refunded, in đồng, and of it what was paid online."""
    paid_online: int = 0
    documents: int = 0
    """How many were handed in, and of them: how many are digitised, were used before, come from the national repository."""
    digitised: int = 0
    reused: int = 0
    shared: int = 0
    rating: str | None = None
    """How the citizen rated its result, the last time that he did."""
    rated: int = 0
    """1 where the result that stands was rated; one that is opened again is to be rated again."""
    percents: tuple[int, ...] | None = None
    """At which percents of a limit somebody is told; nobody where it began before that was known."""
    escalation: int | None = None
    """The percent of its limit that was told last."""
    due_by_law: str | None = None
    """When it would be due if nobody had given it another date: statistics go by it, however often the citizen was put off."""
    net_minutes: int | None = None
    """Working time from acceptance until it was settled, without what did not count."""
    papers: tuple[str, ...] | None = None
    """The forms of which a paper is out."""
    steps: dict[str, bool] | None = None
    """Which of the four steps were done, and whether each was done at the centre only."""
    course: tuple[list[Any], ...] | None = None
    """What of it counts, by when it changed (:mod:`engine.domain.course`)."""
    counted_at: str | None = None
    """When something changed last that counts, once it is over; None while it is not."""

    @property
    def called(self) -> str:
        """What people call it."""
        return self.code or self.id

    @property
    def due(self) -> int:
        """What of the fee is still to be paid, in đồng."""
        return max((self.fee or 0) - self.paid, 0)

    @property
    def is_broken_off(self) -> bool:
        """Whether the work on it ended before it was settled: its status says what it was then."""
        return self.ended_at is not None and self.status not in status.SETTLED

    @property
    def legal_clock(self) -> LegalClock | None:
        """Its clock, once it was accepted under a limit."""
        return None if self.clock is None else legal_clock.read(self.clock)


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a dossier is read by: the waits of its diagram and their clocks, its calls, the calendars."""

    clocks: Mapping[str, str]
    calls: frozenset[str]
    calendar: Callable[[str], Calendar]
    steps: Mapping[str, Mapping[str, bool]] = field(default_factory=dict)
    """Which of the four steps an element is, and whether it is done at the centre."""

    def is_own(self, activity: str) -> bool:
        """Whether an activity is of the dossier's own process: what a called process does is part of one step of it."""
        return not any(segment.partition("#")[0] in self.calls for segment in activity.split("/")[:-1])


def concerns(kind: str, payload: Payload, watched: Collection[str]) -> bool:
    """Whether a record can change a dossier; ``watched`` are the elements that are a wait or one of the four steps."""
    if kind in _FOLDS:
        return True
    if kind == "ElementEntered":
        return "statusCode" in payload or payload["element"] in watched
    return kind in _LEAVING and _element(payload["activity"]) in watched


def _element(activity: str) -> str:
    """The element of an activity, which its id names last."""
    return activity.rpartition("/")[2].partition("#")[0]


def follow(dossier: Dossier | None, kind: str, payload: Payload, at: str, ruling: Ruling) -> Dossier | None:
    """The dossier after a record of its instance; None while there is none.

    Raises:
        IllegalStatusMove: a status may not follow on the one before.
    """
    if dossier is None:
        return None
    if kind == "ElementEntered":
        return _entered(dossier, payload, at, ruling)
    if kind == "ElementLeft":
        return _done(_left(_submitted(dossier, payload, at, ruling), payload, at, ruling), payload, ruling)
    if kind == "ElementCancelled":
        return _left(dossier, payload, at, ruling)
    fold = _FOLDS.get(kind)
    return dossier if fold is None else fold(dossier, payload, at, ruling)


def first(id: str, key: str, payload: Payload, at: str, starter: str | None) -> Dossier | None:
    """The dossier that an instance's first record opens, if it does."""
    opened = payload.get("dossier")
    if opened is None:
        return None
    percents = tuple(opened["percents"]) if "percents" in opened else None
    return Dossier(
        id, opened.get("code"), key, payload.get("unit"), starter, opened["channel"], None, opened["submittedAt"], at,
        percents=percents,
    )  # fmt: skip


def _entered(dossier: Dossier, p: Payload, at: str, ruling: Ruling) -> Dossier:
    if not ruling.is_own(p["activity"]):
        return dossier
    if (code := p.get("statusCode")) is not None:
        dossier = _moved(dossier, code, p, at, ruling)
    clock, mode = dossier.legal_clock, ruling.clocks.get(p["element"], legal_clock.RUN)
    if clock is None or mode in (legal_clock.RUN, legal_clock.SUBMIT):
        return dossier
    clock = clock.entered(mode, p["activity"], p["element"], p.get("name"), at)
    return replace(dossier, clock=legal_clock.said(clock))


def _moved(dossier: Dossier, code: str, p: Payload, at: str, ruling: Ruling) -> Dossier:
    if not status.may_follow(dossier.status, code):
        raise IllegalStatusMove(
            before=dossier.status or "", after=code, element=p["element"], name=p.get("name") or p["element"]
        )
    if code == dossier.status:
        return dossier
    supplements = dossier.supplements + (code == status.SUPPLEMENT)
    dossier = replace(dossier, status=code, status_at=at, supplements=supplements)
    if code == status.ACCEPTED and dossier.accepted_at is None:
        # Waits that begin in the same moment are to be known when the limit is.
        dossier = replace(dossier, accepted_at=at, clock=legal_clock.said(LegalClock(UNKNOWN, at)))
    if code in status.SETTLED:
        return _settled(dossier, code, at, ruling)
    return replace(dossier, ended_at=None, rated=0)


def _settled(dossier: Dossier, code: str, at: str, ruling: Ruling) -> Dossier:
    clock = dossier.legal_clock
    settled = None if clock is None else clock.settled(at)
    again = code == status.RETURNED and dossier.ended_at is not None
    return replace(
        dossier,
        ended_at=dossier.ended_at if again else at,
        returned_at=at if code == status.RETURNED else dossier.returned_at,
        clock=None if settled is None else legal_clock.said(settled),
        net_minutes=dossier.net_minutes if again else _net_minutes(dossier, settled, at, ruling),
    )


def _net_minutes(dossier: Dossier, clock: LegalClock | None, at: str, ruling: Ruling) -> int | None:
    """Working time that the offices had it; None where no calendar says what that is."""
    if clock is None or dossier.calendar is None or dossier.accepted_at is None:
        return None
    calendar, end = ruling.calendar(dossier.calendar), moment(at)
    try:
        net = calendar.worked(moment(dossier.accepted_at), end) - clock.waited(calendar, end)
    except NotInCalendar:
        return None
    return max(round(net / _MINUTE), 0)


def _left(dossier: Dossier, p: Payload, at: str, ruling: Ruling) -> Dossier:
    clock, mode = dossier.legal_clock, ruling.clocks.get(_element(p["activity"]), legal_clock.RUN)
    if clock is None or mode == legal_clock.RUN or not ruling.is_own(p["activity"]):
        return dossier
    if mode == legal_clock.RESTART:
        dossier = replace(dossier, escalation=None)
    return _reckoned(dossier, clock.left(mode, p["activity"], at), ruling)


def _submitted(dossier: Dossier, p: Payload, at: str, ruling: Ruling) -> Dossier:
    """What had to come first is there: the dossier counts as handed in from now on."""
    if ruling.clocks.get(_element(p["activity"])) != legal_clock.SUBMIT or not ruling.is_own(p["activity"]):
        return dossier
    return dossier if dossier.accepted_at is not None else replace(dossier, submitted_at=at)


def _done(dossier: Dossier, p: Payload, ruling: Ruling) -> Dossier:
    """One of the four steps was done: a step that was ever done elsewhere was not done at one place."""
    phases = ruling.steps.get(_element(p["activity"]))
    if phases is None or not ruling.is_own(p["activity"]):
        return dossier
    before = dossier.steps or {}
    done = {phase: at_centre and before.get(phase, True) for phase, at_centre in phases.items()}
    return replace(dossier, steps={**before, **done})


def _reckoned(dossier: Dossier, clock: LegalClock, ruling: Ruling) -> Dossier:
    if dossier.calendar is None:
        return replace(dossier, clock=legal_clock.said(clock))
    calendar = ruling.calendar(dossier.calendar)
    due = written(clock.due(calendar))
    return replace(dossier, clock=legal_clock.said(clock), due_at=due, due_by_law=_by_law(clock, due, calendar))


def _by_law(clock: LegalClock | None, due: str, calendar: Calendar) -> str:
    """When it is due without the date that somebody gave instead."""
    if clock is None or clock.extended_to is None:
        return due
    return written(replace(clock, extended_at=None, extended_to=None).due(calendar))


def _accepted(dossier: Dossier, p: Payload, at: str, ruling: Ruling) -> Dossier:
    dossier, known = replace(dossier, code=p["code"]), dossier.legal_clock
    if p["limit"] is None or known is None:
        return replace(dossier, clock=None)
    clock = replace(known, limit=p["limit"], started_at=p["startedAt"])
    return replace(
        dossier, clock=legal_clock.said(clock), calendar=p["calendar"], due_at=p["due"], first_due_at=p["due"],
        due_by_law=p["due"],
    )  # fmt: skip


def _extended(dossier: Dossier, p: Payload, at: str, ruling: Ruling) -> Dossier:
    clock = dossier.legal_clock
    assert clock is not None
    dossier = replace(dossier, clock=legal_clock.said(clock.extended(p["due"], at, late="late" in p)), due_at=p["due"])
    return _published(dossier, p, at, ruling) if "series" in p else dossier


def _recomputed(dossier: Dossier, p: Payload, at: str, ruling: Ruling) -> Dossier:
    told = p["due"] if "first" in p else dossier.first_due_at
    by_law = _by_law(dossier.legal_clock, p["due"], ruling.calendar(p["calendar"]))
    return replace(dossier, calendar=p["calendar"], due_at=p["due"], first_due_at=told, due_by_law=by_law)


def _escalated(dossier: Dossier, p: Payload, at: str, ruling: Ruling) -> Dossier:
    return replace(dossier, escalation=p["percent"]) if p["of"] == "dossier" else dossier


def _published(dossier: Dossier, p: Payload, at: str, ruling: Ruling) -> Dossier:
    form, before = p["series"].split("/")[1], dossier.papers or ()
    return dossier if form in before else replace(dossier, papers=(*before, form))


def _charged(dossier: Dossier, p: Payload, at: str, ruling: Ruling) -> Dossier:
    """An element that determines a fee again, after a correction, takes back what it said before."""
    if not ruling.is_own(p["activity"]):
        return dossier
    fees = {**(dossier.fees or {}), p["element"]: p["amount"]}
    return replace(dossier, fees=fees, fee=sum(fees.values()))


def _attached(dossier: Dossier, p: Payload, at: str, ruling: Ruling) -> Dossier:
    return replace(
        dossier, documents=dossier.documents + 1, digitised=dossier.digitised + p["digitised"],
        reused=dossier.reused + p["reused"], shared=dossier.shared + p["shared"],
    )  # fmt: skip


def _paid(dossier: Dossier, p: Payload, at: str, ruling: Ruling) -> Dossier:
    return _moved_by(dossier, p["amount"], p["channel"])


def _refunded(dossier: Dossier, p: Payload, at: str, ruling: Ruling) -> Dossier:
    return _moved_by(dossier, -p["amount"], p["channel"])


def _moved_by(dossier: Dossier, amount: int, channel: str) -> Dossier:
    online = amount if channel == payment.ONLINE else 0
    return replace(dossier, paid=dossier.paid + amount, paid_online=dossier.paid_online + online)


def _over(dossier: Dossier, p: Payload, at: str, ruling: Ruling) -> Dossier:
    """The instance has ended. No national status says that of itself: what was not settled is broken off as it stands."""
    if dossier.ended_at is not None:
        return dossier
    clock = dossier.legal_clock
    return replace(dossier, ended_at=at, clock=None if clock is None else legal_clock.said(clock.settled(at)))


def _rated(dossier: Dossier, p: Payload, at: str, ruling: Ruling) -> Dossier:
    return replace(dossier, rating=p["rating"], rated=1)


_FOLDS: Mapping[str, Callable[[Dossier, Payload, str, Ruling], Dossier]] = {
    "DossierAccepted": _accepted,
    "FeeDetermined": _charged,
    "DocumentAdded": _attached,
    "PaymentSettled": _paid,
    "PaymentRefunded": _refunded,
    "DossierRated": _rated,
    "DueTimeExtended": _extended,
    "DueTimeRecomputed": _recomputed,
    "EscalationReached": _escalated,
    "PaperPublished": _published,
    "ProcessInstanceCompleted": _over,
    "ProcessInstanceFailed": _over,
    "ProcessInstanceTerminated": _over,
}
