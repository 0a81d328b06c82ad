"""What there is to be counted in a period: dossiers, feedback, papers, procedures and their publications."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from engine.analysis.facts import (
    DOSSIERS,
    FEEDBACK,
    OF_PROCEDURES,
    OF_PUBLICATIONS,
    PAPERS,
    PROCEDURES,
    PUBLICATIONS,
    UNSAID,
    About,
    Kinds,
    Period,
    Places,
    dossier_kinds,
    paper_kinds,
)
from engine.analysis.four_steps import FourSteps
from engine.domain.approval import Standing
from engine.domain.calendar import LOCAL, Calendar, NotInCalendar, local_day
from engine.domain.definition import ProcessDefinition
from engine.domain.organisation import FIRST_DAY, LAST_DAY, Unit
from engine.domain.procedure import Procedure, read_procedure
from engine.domain.timeliness import rating
from engine.domain.values import moment, written
from engine.ports import Queries, every
from engine.service.catalog import Catalog
from engine.service.procedures import Version, entries

_DAY = timedelta(days=1)
_OF_PROCEDURES = frozenset({"procedure", "channel", "received", "paid_online", "collected"})
"""What of its dossiers is known of a procedure."""


@dataclass(frozen=True, slots=True)
class Named:
    """What a group is called; of a unit that is gone, who has its dossiers now."""

    vi: str
    en: str
    successor: Unit | None = None


def last_day(period: Period) -> str:
    """The last day of a period, here."""
    return local_day(period.end - timedelta(microseconds=1))


def counted(
    queries: Queries,
    catalog: Catalog,
    period: Period,
    now: datetime,
    wanted: Mapping[str, Collection[str]],
    units: Collection[str] | None = None,
) -> dict[str, Kinds]:
    """By what is counted, what there was of it; of ``units`` only, where they are given.

    ``wanted`` names what is to be counted, and the facts that somebody asks for: nothing else is read, or told apart.
    """
    places = Places(_about(queries, period), _Levels(queries, catalog))
    found: dict[str, Kinds] = {}
    if {DOSSIERS, FEEDBACK, PROCEDURES} & wanted.keys():
        courses = queries.courses(period.first, period.last, units)
        asked = {name for what in (DOSSIERS, FEEDBACK) for name in wanted.get(what, ())}
        asked |= _OF_PROCEDURES if PROCEDURES in wanted else frozenset()
        found[DOSSIERS], found[FEEDBACK] = dossier_kinds(
            courses, period, now, places, asked, rating(catalog.calendar_in_force(queries))
        )
    if PAPERS in wanted:
        found[PAPERS] = paper_kinds(queries.counted_papers(period.first, period.last, units), period, places)
    if {PROCEDURES, PUBLICATIONS} & wanted.keys():
        catalogue = entries(queries, catalog, min(last_day(period), local_day(now)))
        in_force = [each.shown for each in catalogue if each.shown.standing is Standing.PUBLISHED]
        found[PROCEDURES] = _procedures(queries, catalog, in_force, found.get(DOSSIERS))
        versions = (version for each in catalogue for version in each.versions)
        found[PUBLICATIONS] = _publications(versions, period, catalog.calendar_in_force(queries))
    return found


def _about(queries: Queries, period: Period) -> dict[str, About]:
    """What each procedure said of itself at the end of the period: what it says since then changes no figure of it."""
    newest: dict[str, ProcessDefinition] = {}
    for definition in every(lambda page: queries.process_definitions(None, page)):
        if definition.key not in newest or newest[definition.key].created_at >= period.last:
            newest[definition.key] = definition
    return {key: _said_of(definition) for key, definition in newest.items()}


def _said_of(definition: ProcessDefinition) -> About:
    said, _ = read_procedure(definition.procedure)
    return About(said.field or None, said.level_codes, said.online_level, said.feedback)


class _Levels:
    """The level of a unit at a moment, as the log writes it."""

    def __init__(self, queries: Queries, catalog: Catalog) -> None:
        tree = catalog.organisation_in_force(queries)
        times = {} if tree is None else tree.times
        self._times = {code: [(*_moments(unit), unit.level) for unit in each] for code, each in times.items()}

    def __call__(self, unit: str, at: str) -> str | None:
        for begin, end, level in self._times.get(unit, ()):
            if begin <= at < end:
                return level
        return None


def _moments(unit: Unit) -> tuple[str, str]:
    """From when until when a unit stands; the first and the last day of all are no bounds."""
    begin = "" if unit.valid_from == FIRST_DAY else _midnight(date.fromisoformat(unit.valid_from))
    end = "~" if unit.valid_to == LAST_DAY else _midnight(date.fromisoformat(unit.valid_to) + _DAY)
    return begin, end


def _midnight(day: date) -> str:
    return written(datetime.combine(day, time(), LOCAL))


def _procedures(queries: Queries, catalog: Catalog, in_force: Iterable[Version], dossiers: Kinds | None) -> Kinds:
    """Those in force, feedback apart."""
    handed_in = _of_each(dossiers, "channel", "received")
    paid_for = _of_each(dossiers, "paid_online", "collected")
    found = Kinds(tuple(OF_PROCEDURES))
    for version in in_force:
        procedure, key = version.procedure, version.definition.key
        if procedure.feedback:
            continue
        four = FourSteps(catalog.load(queries, version.definition.id).compiled.steps)
        channels = handed_in.get(key, set())
        paid = UNSAID if procedure.online_payment is None else procedure.online_payment
        found.add(
            (
                *_placed(procedure, key), procedure.online_level, procedure.has_fee, paid, procedure.complete,
                four.at_centre, four.at_one_place, bool(channels), "online" in channels, True in paid_for.get(key, ()),
            )
        )  # fmt: skip
    return found


def _of_each(dossiers: Kinds | None, name: str, where: str) -> dict[str, set[Any]]:
    """What a fact comes to among the dossiers of each procedure of which another is true."""
    found: dict[str, set[Any]] = {}
    if dossiers is not None:
        at = [dossiers.names.index(each) for each in ("procedure", name, where)]
        for known in dossiers.numbers:
            key, value, counts = (known[n] for n in at)
            if counts:
                found.setdefault(key, set()).add(value)
    return found


def _publications(versions: Iterable[Version], period: Period, calendar: Calendar | None) -> Kinds:
    """Every version that was approved in the period."""
    found = Kinds(tuple(OF_PUBLICATIONS))
    for version in versions:
        approval = version.approval
        if approval is not None and period.first <= approval.approved_at < period.last:
            procedure, approved_on = version.procedure, local_day(moment(approval.approved_at))
            notice = _working_days(calendar, approved_on, approval.valid_from)
            delay = _working_days(calendar, procedure.decided_on, approved_on)
            found.add((*_placed(procedure, version.definition.key), notice, delay, procedure.complete))
    return found


def _placed(procedure: Procedure, key: str) -> tuple[Any, ...]:
    levels = procedure.level_codes
    return levels if len(levels) > 1 else levels[0] if levels else None, procedure.field or None, key


def _working_days(calendar: Calendar | None, first: str | None, last: str) -> Any:
    """The days worked after one day, up to another and with it."""
    if calendar is None or first is None:
        return UNSAID
    begin, end = date.fromisoformat(first), date.fromisoformat(last)
    try:
        return sum(bool(calendar.openings(day)) for day in _days(begin + _DAY, end))
    except NotInCalendar:
        return UNSAID


def _days(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += _DAY


def names(
    queries: Queries, catalog: Catalog, by: str | None, groups: Iterable[str | None], day: str
) -> Mapping[str, Named]:
    """What groups are called: units with their successors, procedures; what has no name of its own is left out."""
    given = [group for group in groups if group is not None]
    if by == "procedure":
        latest = queries.latest_definitions(given)
        return {key: Named(each.name, each.name) for key, each in latest.items()}
    tree = catalog.organisation_in_force(queries) if by == "unit" else None
    if tree is None:
        return {}
    found = {}
    for code in given:
        if times := tree.times.get(code):
            standing = tree.standing(code, day)
            gone = standing is None or standing.code == code
            found[code] = Named(times[-1].name, times[-1].name, None if gone else standing)
    return found
