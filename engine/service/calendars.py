"""Working calendars: computed once, decided year by year, immutable, found by the hash of their bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import orjson

from engine.domain.calendar import Calendar, local_day
from engine.domain.calendars import PROVINCE, Calendars
from engine.domain.definition import Resource
from engine.domain.errors import Fault, InvalidValues, NotFound
from engine.domain.organisation import Organisation
from engine.domain.values import moment
from engine.domain.working_year import WorkingYear, decided, read_working_year
from engine.ports import Queries
from engine.runtime.report import Report
from engine.service.bundle import read_toml
from engine.service.catalog import Catalog, line_of
from engine.service.command import Command, Sender
from engine.service.work import Work

_AT_ONCE = 1_000
_SORTED = orjson.OPT_SORT_KEYS
MOST_FORECAST = 50_000
"""Open dossiers that a forecast looks at."""


@dataclass(frozen=True, slots=True)
class PublishCalendar(Command):
    """Bring a computed calendar into force; what was decided stands over it."""

    content: bytes = b""


@dataclass(frozen=True, slots=True)
class DecideWorkingYear(Command):
    """Bring a decision on a year into force, in the place of what was decided on it before. ``text`` is TOML."""

    year: int
    text: str


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision in force: hash of its text, and of the calendars that came of it."""

    decision: str
    calendars: str
    working_year: WorkingYear


def publish(work: Work, command: PublishCalendar, by: Sender) -> str:
    """Store a computed calendar; the hash of what is in force then. Running instances keep the calendar they began with."""
    hash, before = sha256(command.content).hexdigest(), _in_force(work)
    if before is not None and before.computed == hash:
        return work.calendar_hash() or hash
    work.current.contents[hash] = command.content
    if before is None or not before.decisions:
        work.current.calendar = hash
        work.administer("CalendarPublished", {"calendar": hash}, work.cause(by))
        return hash
    return _bring_into_force(
        work, Calendars(hash, before.decisions), {hash: command.content}, {}, work.organisation(), by
    )


def decide(work: Work, command: DecideWorkingYear, by: Sender) -> Decided:
    """Store a decision and all calendars that come of it.

    Raises:
        InvalidValues: it cannot be read, is on another year, on one that was not computed, or of a unit that there is not.
        NotFound: no calendar was computed yet.
    """
    year, before = read(command.text, command.year), _in_force(work)
    if before is None:
        raise NotFound(what="calendar", id=str(command.year))
    _check(year, work.catalog.calendar(work.unit, before.computed), work.organisation())
    content = command.text.encode()
    hash = sha256(content).hexdigest()
    after = Calendars(before.computed, before.with_decision(year.year, year.units or (PROVINCE,), hash))
    if after.decisions == before.decisions:
        return Decided(hash, work.calendar_hash() or "", year)
    said = {"decision": hash, "year": year.year, "units": list(year.units), "source": year.source}
    return Decided(hash, _bring_into_force(work, after, {hash: content}, said, work.organisation(), by), year)


@dataclass(frozen=True, slots=True)
class RenewCalendars(Command):
    """Units have come, gone or moved today, as the tree has said before."""


def turn(work: Work, command: RenewCalendars, by: Sender) -> None:
    """Bring into force what the calendars of units come to by the tree as it stands today."""
    if (tree := work.organisation()) is not None:
        renew(work, tree, by)


def renew(work: Work, tree: Organisation, by: Sender) -> None:
    """The tree of units is another one: what a unit's calendar takes over comes from other units perhaps."""
    before = _in_force(work)
    if before is not None and before.decided_units():
        _bring_into_force(work, before, {}, {}, tree, by)


def read(text: str, year: int) -> WorkingYear:
    """A decision on a year.

    Raises:
        InvalidValues: it cannot be read, or is on another year.
    """
    report = Report("decision")
    content = read_toml(Resource("decision.toml", text.encode()), report)
    faults = [Fault("/decision", problem.code, problem.vi, problem.en) for problem in report.problems]
    if faults:
        raise InvalidValues(faults)
    found, faults = read_working_year(content)
    if not faults and found.year != year:
        faults = [Fault("/year", "otherYear", f"Tệp là của năm {found.year}.", f"The file is on {found.year}.")]
    if faults:
        raise InvalidValues([Fault(f"/decision{each.pointer}", each.code, each.vi, each.en) for each in faults])
    return found


def _check(year: WorkingYear, computed: Calendar, tree: Organisation | None) -> None:
    """A year without its holidays would be worked through; of a misspelt unit's decision nobody would hear."""
    if year.year not in computed.years:
        first, last = min(computed.years), max(computed.years)
        vi = f"Ngày lễ mới được tính cho các năm {first}–{last}; không thể quyết định năm {year.year}."
        en = f"Holidays are computed for {first}-{last} only; nothing can be decided on {year.year}."
        raise InvalidValues([Fault("/decision/year", "yearNotComputed", vi, en)])
    unknown = [] if tree is None else [unit for unit in year.units if unit not in tree.times]
    if unknown:
        names = ", ".join(unknown)
        vi, en = f"Cây đơn vị không có: {names}.", f"The tree of units does not have: {names}."
        raise InvalidValues([Fault("/decision/units", "unknownUnit", vi, en)])


def _in_force(work: Work) -> Calendars | None:
    hash = work.calendar_hash()
    return None if hash is None else work.catalog.calendars(work.unit, hash)


def _bring_into_force(
    work: Work, after: Calendars, new: Mapping[str, bytes], said: dict[str, Any], tree: Organisation | None, by: Sender
) -> str:
    def content(hash: str) -> bytes:
        return new[hash] if hash in new else work.unit.contents([hash])[hash]

    made = resolved(after, content, tree, local_day(work.clock.now()))
    contents = {sha256(calendar).hexdigest(): calendar for calendar in made.values()}
    by_unit = {unit: sha256(calendar).hexdigest() for unit, calendar in made.items()}
    whole = orjson.dumps(Calendars(after.computed, after.decisions, by_unit).to_json(), option=_SORTED)
    hash = sha256(whole).hexdigest()
    if hash == work.calendar_hash():
        return hash
    work.current.contents |= {**new, **contents, hash: whole}
    work.current.calendar = hash
    work.administer("CalendarPublished", {"calendar": hash, **said}, work.cause(by))
    return hash


def resolved(
    after: Calendars, content: Callable[[str], bytes], tree: Organisation | None, day: str
) -> Mapping[str, bytes]:
    """The calendar of the province and of each unit for which something was decided, as JSON."""
    as_it_was = content(after.computed)
    computed = Calendar.from_json(orjson.loads(as_it_was))
    years = {hash: _known(content(hash)) for units in after.decisions.values() for hash in units.values()}
    made = {}
    for unit in (PROVINCE, *sorted(after.decided_units())):
        line = [PROVINCE, *reversed(list(dict.fromkeys(line_of(tree, unit or None, day))))]
        found = [years[units[each]] for _, units in sorted(after.decisions.items()) for each in line if each in units]
        made[unit] = as_it_was if not found else orjson.dumps(decided(computed, found).to_json(), option=_SORTED)
    return made


def _known(text: bytes) -> WorkingYear:
    """A decision that was checked when it was published."""
    return read_working_year(read_toml(Resource("decision.toml", text), Report("decision")))[0]


@dataclass(slots=True)
class Forecast:
    """What a decision would do to open dossiers: how many are looked at, how many get another due time, by how much."""

    dossiers: int = 0
    later: int = 0
    earlier: int = 0
    most_hours: float = 0.0
    complete: bool = True

    def count(self, seconds: float) -> None:
        """Another dossier whose due time would move by so much."""
        self.later, self.earlier = self.later + (seconds > 0), self.earlier + (seconds < 0)
        self.most_hours = max(self.most_hours, round(abs(seconds) / 3600, 1))


def forecast(queries: Queries, catalog: Catalog, text: str, year: int, day: str) -> Forecast:
    """What would move if a decision came into force; nothing is stored.

    Raises:
        InvalidValues: as for :func:`decide`.
        NotFound: no calendar was computed yet.
    """
    found, hash = read(text, year), queries.calendar_hash()
    if hash is None:
        raise NotFound(what="calendar", id=str(year))
    before, tree = catalog.calendars(queries, hash), catalog.organisation_in_force(queries)
    _check(found, catalog.calendar(queries, before.computed), tree)
    after = Calendars(before.computed, before.with_decision(found.year, found.units or (PROVINCE,), "new"))

    def content(hash: str) -> bytes:
        return text.encode() if hash == "new" else queries.contents([hash])[hash]

    made = {
        unit: Calendar.from_json(orjson.loads(calendar))
        for unit, calendar in resolved(after, content, tree, day).items()
    }
    return _forecast(queries, made, tree, day)


def _forecast(queries: Queries, made: Mapping[str, Calendar], tree: Organisation | None, day: str) -> Forecast:
    told, last = Forecast(), ""
    while open_ := queries.open_dossiers(last, _AT_ONCE):
        for each in open_:
            calendar = made[next((unit for unit in line_of(tree, each.unit, day) if unit in made), PROVINCE)]
            clock = each.legal_clock
            assert clock is not None
            assert each.due_at is not None
            told.count((clock.due(calendar) - moment(each.due_at)).total_seconds())
        told.dossiers, last = told.dossiers + len(open_), open_[-1].id
        if told.dossiers >= MOST_FORECAST:
            told.complete = False
            break
    return told


def decisions_in_force(queries: Queries, catalog: Catalog) -> Iterable[tuple[str, str, WorkingYear]]:
    """Each decision that counts: the unit ("" the province), the hash of its text, and what it says."""
    hash = queries.calendar_hash()
    if hash is None:
        return
    for _, units in sorted(catalog.calendars(queries, hash).decisions.items()):
        contents = queries.contents(units.values())
        for unit, each in sorted(units.items()):
            yield unit, each, _known(contents[each])
