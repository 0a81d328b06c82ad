"""Working calendars: what was decided for each year and unit, what a day is, and what another decision would move."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from typing import Any

from flask import Response
from marshmallow import fields

from api import answers
from api.commands import perform
from api.policy import Policy
from api.serving import reading, service
from api.v1.fields import Flag, Lines, Text, answer, body, maybe, number, one, said, some, texts
from api.v1.resource import Resource
from engine.domain.calendar import Calendar, Opening, local_day
from engine.domain.errors import NotFound
from engine.domain.working_year import WorkingYear
from engine.service.calendars import Decided, DecideWorkingYear, decisions_in_force, forecast
from engine.service.command import Rendered

calendars = Resource("calendars", "/v1/calendars", "Working calendars, by year and unit.")

LONGEST_DECISION = 64 * 1024
DECISION = answer(
    "WorkingYear",
    year=number(),
    unit=maybe(),
    source=said(),
    confirmed=fields.Boolean(required=True),
    decision=said(),
)
IN_FORCE = answer(
    "WorkingCalendars",
    calendar=said(),
    provisionalYears=fields.List(fields.Integer(), required=True),
    decisions=some(DECISION),
)
DAY = answer(
    "CalendarDay",
    day=said(),
    kind=said(metadata={"enum": ["working", "special", "intake", "off", "weekend"]}),
    hours=fields.List(fields.List(fields.String()), required=True),
    intake=fields.List(fields.List(fields.String()), required=True),
)
YEAR = answer(
    "CalendarYear", year=number(), unit=maybe(), calendar=said(), provisional=fields.Boolean(required=True),
    days=some(DAY),
)  # fmt: skip
ASKED = body("CalendarAsked", unit=Text(load_default=None))
DECIDE = body("DecideWorkingYear", decision=Lines(LONGEST_DECISION, required=True))
DRY = body("WorkingYearAsked", dryRun=Flag(load_default=False))
MOVES = answer(
    "DueTimesMoved",
    dossiers=number(),
    later=number(),
    earlier=number(),
    mostHours=fields.Float(required=True),
    complete=fields.Boolean(required=True),
)
DECIDED = answer(
    "DecidedWorkingYear", year=number(), units=texts(), decision=maybe(), calendar=maybe(), moves=one(MOVES, allow_none=True)
)  # fmt: skip


@calendars.gets("", Policy.ORGANISATION, IN_FORCE, refuses=(404,))
def list_calendars() -> Response:
    """What was decided, for which years and units, on which source. Years of which nothing was decided are provisional."""
    with reading() as queries:
        hash = queries.calendar_hash()
        calendar = service().catalog.calendar_in_force(queries)
        found = list(decisions_in_force(queries, service().catalog))
    if hash is None or calendar is None:
        raise NotFound(what="calendar", id="")
    decisions = [_decision(*each) for each in found]
    return answers.json({"calendar": hash, "provisionalYears": sorted(calendar.provisional), "decisions": decisions})


def _decision(unit: str, hash: str, decided: WorkingYear) -> dict[str, Any]:
    return {
        "year": decided.year,
        "unit": unit or None,
        "source": decided.source,
        "confirmed": decided.confirmed,
        "decision": hash,
    }


@calendars.gets("/<year>", Policy.ORGANISATION, YEAR, query=ASKED, refuses=(404,))
def get_calendar(asked: dict[str, Any], year: str) -> Response:
    """Every day of a year: when it is worked, and when dossiers are only taken in. Of a unit, or of the province."""
    today, which = local_day(service().clock.now()), _number(year)
    with reading() as queries:
        hash = service().catalog.calendar_of(queries, asked["unit"], today)
        calendar = None if hash is None else service().catalog.calendar(queries, hash)
    if calendar is None or which not in calendar.years:
        raise NotFound(what="calendar", id=year)
    return answers.json(
        {
            "year": which,
            "unit": asked["unit"],
            "calendar": hash,
            "provisional": which in calendar.provisional,
            "days": list(_days(calendar, which)),
        }
    )


def _number(year: str) -> int:
    if not re.fullmatch(r"[0-9]{4}", year):
        raise NotFound(what="calendar", id=year)
    return int(year)


def _days(calendar: Calendar, year: int) -> Iterator[dict[str, Any]]:
    day = date(year, 1, 1)
    while day.year == year:
        hours, intake = calendar.openings(day), calendar.intake.get(day, ())
        yield {
            "day": day.isoformat(),
            "kind": _kind(calendar, day, hours, intake),
            "hours": _shown(hours),
            "intake": _shown(intake),
        }
        day = date.fromordinal(day.toordinal() + 1)


def _kind(calendar: Calendar, day: date, hours: tuple[Opening, ...], intake: tuple[Opening, ...]) -> str:
    if hours:
        ordinary = day.weekday() in calendar.weekdays and hours == calendar.ordinary(day)
        return "working" if ordinary else "special"
    if intake:
        return "intake"
    return "off" if day.weekday() in calendar.weekdays else "weekend"


def _shown(hours: tuple[Opening, ...]) -> list[list[str]]:
    return [[opens.isoformat("minutes"), closes.isoformat("minutes")] for opens, closes in hours]


@calendars.puts("/<year>", Policy.APPROVE, {200: DECIDED}, body=DECIDE, query=DRY, repeatable=True, refuses=(404,))
def decide_year(asked: dict[str, Any], sent: dict[str, Any], year: str) -> Response:
    """Bring a decision on a year into force, in the place of the one before; every open dossier it concerns is reckoned again.

    `decision` is the text of the TOML file. With `dryRun=true` nothing is stored, and `moves` says how many open dossiers
    would be due at another time.
    """
    text, which = sent["decision"], _number(year)
    if not asked["dryRun"]:
        return perform(DecideWorkingYear(which, text), _decided, sent)
    with reading() as queries:
        moves = forecast(queries, service().catalog, text, which, local_day(service().clock.now()))
    told = {name: value for name, value in asdict(moves).items() if name != "most_hours"}
    told["mostHours"] = moves.most_hours
    return answers.json({"year": which, "units": [], "decision": None, "calendar": None, "moves": told})


def _decided(done: Decided) -> Rendered:
    return answers.rendered(
        {
            "year": done.working_year.year,
            "units": list(done.working_year.units),
            "decision": done.decision,
            "calendar": done.calendars,
            "moves": None,
        }
    )
