"""Facts: what rules may ask of what is counted, each as it was at the end of the period.

Four kinds of things are counted. What is the same in all that a rule can ask is counted together (:data:`Kinds`), so a year of a
province is a few thousand evaluations.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from operator import itemgetter
from typing import Any, TypeAlias

from engine.domain import status
from engine.domain.course import Course, as_of
from engine.domain.paper import CountedPaper
from engine.domain.timeliness import LATE, Rating, by_date
from engine.domain.values import moment, written

DOSSIERS, FEEDBACK, PROCEDURES, PUBLICATIONS, PAPERS = "dossiers", "feedback", "procedures", "publications", "papers"

OF_PLACE = {
    "level": "level of the unit on the day of acceptance, else of the procedure: province, department, district, commune",
    "unit": "code of the unit that had it then",
    "field": "field of the procedure",
    "procedure": "key of the procedure",
}
OF_DOSSIERS: Mapping[str, str] = OF_PLACE | {
    "channel": "online, counter, post",
    "online_level": "level of its procedure's online service, 1 to 4",
    "status": "national status, 1 to 10",
    "accepted": "accepted, in the period or before",
    "received": "accepted in the period",
    "carried_over": "accepted before, and not settled before the period",
    "closed": "settled in the period, whatever came of it, or broken off: its process was cancelled, has failed or ended before",
    "finished": "accepted, and settled in the period with a decision (status 8, 9 or 10)",
    "counted": "accepted, and settled in the period or not at its end: what the national set counts",
    "timeliness": "early, onTime, late; inTime or late of what runs; by days, against the date that the law gives, waits not counted; "
    "late, too, what was broken off; none without a limit",
    "promised": "the same against the date that was promised last; late where that was given only after the old one",
    "in_time": "the national rule: by the moment; what the citizen is asked for once ends it; asked twice without a result is late, "
    "and so is what was broken off",
    "waiting": "the citizen is waited for",
    "supplements": "how often something was asked for: 0, 1, 2 (or more)",
    "reopened": "it was settled once and opened again",
    "fee": "more than 0 is to be paid",
    "collected": "its fee was paid, the last of it in the period",
    "paid_online": "some of it was paid online",
    "digitised": "documents were handed in, and all of them are digitised",
    "reused": "one of them was used before",
    "shared": "one of them comes from the national repository",
    "rating": "how the citizen rated the result that stands: verySatisfied, satisfied, dissatisfied; none where he did not",
    "rated": "that was in the period",
    "papers": "forms of which a paper is out",
    "four_at_centre": "the four steps were all done, and all at the centre",
}
"""Of a dossier, or of feedback."""
OF_PROCEDURES: Mapping[str, str] = {name: said for name, said in OF_PLACE.items() if name != "unit"} | {
    "online_level": "level of its online service, 1 to 4",
    "fee": "something is to be paid for it, at times",
    "online_payment": "its fees can be paid through the payment platform, as procedure.toml says",
    "complete": "procedure.toml says all that has to be public",
    "centre": "at least one of its four steps is at the centre",
    "four_at_centre": "its diagram proves that all four are",
    "dossiers": "a dossier of it was accepted in the period",
    "online_dossiers": "one that was handed in online was",
    "online_payments": "of one, the fee was collected in the period, online",
}
"""Of a procedure that is in force at the end of the period, by the version that is."""
OF_PUBLICATIONS: Mapping[str, str] = {name: said for name, said in OF_PLACE.items() if name != "unit"} | {
    "notice": "working days from the approval to the day from which the version counts",
    "delay": "working days from the decision (decided_on in procedure.toml) to the approval",
    "complete": "procedure.toml says all that has to be public",
}
"""Of a version that was approved in the period."""
OF_PAPERS: Mapping[str, str] = OF_PLACE | {
    "form": "its form",
    "published": "out in the period",
    "signed": "out with a signature that was checked",
    "waiting": "drafted, and at the end of the period neither out nor withdrawn",
}
FACTS: Mapping[str, Mapping[str, str]] = {
    DOSSIERS: OF_DOSSIERS,
    FEEDBACK: OF_DOSSIERS,
    PROCEDURES: OF_PROCEDURES,
    PUBLICATIONS: OF_PUBLICATIONS,
    PAPERS: OF_PAPERS,
}
"""What may be counted, and what rules may ask of it."""
NET = "net_days"
"""The one fact that is added up rather than asked for: working days until it was settled."""
FINISHED = frozenset({status.FINISHED, status.RETURNED, status.STOPPED})
"""How a dossier ends whose work was done; withdrawn and not accepted ones are counted apart."""
UNSAID = "\N{NULL}"
"""In the place of a fact that nobody has told: a rule that asks for it has no figure."""
FOUR = 4

Known: TypeAlias = tuple[Any, ...]


@dataclass(frozen=True)
class Period:
    """From a moment up to another, which does not belong to it."""

    begin: datetime
    end: datetime

    @cached_property
    def first(self) -> str:
        """Its beginning, as the log writes times."""
        return written(self.begin)

    @cached_property
    def last(self) -> str:
        """Its end, as the log writes times."""
        return written(self.end)


def taking(places: Sequence[int]) -> Callable[[Known], Known]:
    """What takes these places out of a tuple."""
    if len(places) > 1:
        return itemgetter(*places)
    return lambda known: tuple(known[place] for place in places)


@dataclass(slots=True)
class Kinds:
    """Things of one sort of which the same is known, with how many they are and the minutes that they took together."""

    names: tuple[str, ...]
    numbers: dict[Known, list[int]] = field(default_factory=dict)

    def add(self, known: Known, number: int = 1, minutes: int = 0) -> None:
        """So many more."""
        if (kind := self.numbers.get(known)) is None:
            self.numbers[known] = [number, minutes]
        else:
            kind[0] += number
            kind[1] += minutes

    def projected(self, names: Iterable[str]) -> Kinds:
        """By some facts only: what differs in nothing else is one kind."""
        wanted = set(names)
        found = Kinds(tuple(name for name in self.names if name in wanted))
        if found.names == self.names:
            return self
        take = taking([self.names.index(name) for name in found.names])
        for known, (number, minutes) in self.numbers.items():
            found.add(take(known), number, minutes)
        return found

    def split(self, by: str | None) -> Iterator[tuple[Any, Kinds]]:
        """By one fact; None: all together. A thing that is of several (a procedure of two levels) is in each."""
        if by is None:
            yield None, self
            return
        at, groups = self.names.index(by), dict[Any, Kinds]()
        for known, (number, minutes) in self.numbers.items():
            for group in known[at] if isinstance(known[at], tuple) else (known[at],):
                of_group = (*known[:at], group, *known[at + 1 :])
                groups.setdefault(group, Kinds(self.names)).add(of_group, number, minutes)
        yield from groups.items()


@dataclass(frozen=True, slots=True)
class About:
    """What is known of a procedure whichever dossier it is."""

    field: str | None = None
    levels: tuple[str, ...] = ()
    online_level: int | None = None
    feedback: bool = False


UNKNOWN = About()


@dataclass(frozen=True, slots=True)
class Places:
    """Where dossiers and papers are counted: what their procedures are, and the level of a unit on a day."""

    about: Mapping[str, About]
    level_of: Callable[[str, str], str | None]

    def of(self, key: str, unit: str | None, at: str) -> tuple[About, str | None]:
        """The procedure, and the level: the unit's then, else that of the procedure where it has one only."""
        about = self.about.get(key, UNKNOWN)
        level = None if unit is None else self.level_of(unit, at)
        return about, level or (about.levels[0] if len(about.levels) == 1 else None)


def dossier_kinds(
    courses: Iterable[Course],
    period: Period,
    now: datetime,
    places: Places,
    asked: Collection[str] = frozenset(OF_DOSSIERS),
    rate: Rating = by_date,
) -> tuple[Kinds, Kinds]:
    """Dossiers, and feedback, by what is asked of them, as it was at the end of the period."""
    end = min(period.last, written(now))
    names = tuple(name for name in OF_DOSSIERS if name in asked)
    take = taking([at for at, name in enumerate(OF_DOSSIERS) if name in asked])
    dossiers, feedback = Kinds(names), Kinds(names)
    for course in courses:
        state = as_of(course.milestones, period.last)
        if state and (state.get("ended_at") is None or state["changed_at"] >= period.first):
            about, known = _of_dossier(course, state, period.first, end, places, rate)
            kinds = feedback if about.feedback else dossiers
            kinds.add(take(known), 1, state.get("net_minutes") or 0)
    return dossiers, feedback


def _of_dossier(
    course: Course, state: dict[str, Any], first: str, end: str, places: Places, rate: Rating
) -> tuple[About, Known]:
    get: Any = state.get
    accepted_at, ended_at, code = get("accepted_at"), get("ended_at"), get("status")
    about, level = places.of(course.key, course.unit, accepted_at or end)
    accepted, over = accepted_at is not None, ended_at is not None
    ended = over and ended_at >= first
    counts = accepted and (ended or not over)
    since, stopped = None if over else get("waits_since"), get("stopped_at")
    until = min(at for at in (ended_at or end, since, stopped) if at is not None)
    due, by_law, supplements = get("due_at"), get("due_by_law"), get("supplements", 0)
    steps = get("steps") or {}
    timeliness = None if by_law is None else rate(moment(until), moment(by_law), over=over)
    promised = timeliness if due == by_law else rate(moment(until), moment(due), over=over)
    # A new date that was given when the old one was past makes nothing of it good; work that was broken off is no result.
    broken_off = over and code not in status.SETTLED
    failed = broken_off or bool(get("excused_late"))
    return about, (
        level,
        course.unit,
        about.field,
        course.key,
        course.channel,
        about.online_level,
        code,
        accepted,
        accepted and accepted_at >= first,
        counts and accepted_at < first,
        ended,
        ended and accepted and code in FINISHED,
        counts,
        LATE if broken_off and timeliness else timeliness,
        LATE if failed else promised,
        not broken_off and (due is None or (until <= due and not failed and (over or supplements < 2))),
        since is not None,
        min(supplements, 2),
        get("reopened", False),
        *_held(get, first),
        len(steps) == FOUR and all(steps.values()),
    )


def _held(get: Any, first: str) -> Known:
    """What a dossier holds: money, documents, an opinion, papers."""
    fee, documents = get("fee") or 0, get("documents", 0)
    return (
        fee > 0,
        0 < fee <= get("paid", 0) and get("paid_at", "") >= first,
        get("paid_online", 0) > 0,
        0 < documents <= get("digitised", 0),
        get("reused", 0) > 0,
        get("shared", 0) > 0,
        get("rating") if get("rated") else None,
        bool(get("rated")) and get("rated_at") >= first,
        tuple(get("papers") or ()),
    )


def paper_kinds(papers: Iterable[CountedPaper], period: Period, places: Places) -> Kinds:
    """Papers by all that is known of them at the end of the period."""
    found = Kinds(tuple(OF_PAPERS))
    for paper in papers:
        if (paper.published_at or paper.withdrawn_at or period.first) < period.first:
            continue
        out = paper.published_at is not None and paper.published_at < period.last
        gone = paper.withdrawn_at is not None and paper.withdrawn_at < period.last
        about, level = places.of(paper.key, paper.unit, paper.drafted_at)
        found.add(
            (
                level, paper.unit, about.field, paper.key, paper.form, out and (paper.published_at or "") >= period.first,
                out and paper.signed, not out and not gone,
            )
        )  # fmt: skip
    return found
