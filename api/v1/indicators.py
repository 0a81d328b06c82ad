"""Indicators: how the offices did in a period, by rules that are data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from flask import Response
from marshmallow import fields

from api import answers
from api.caller import reach
from api.policy import Policy
from api.serving import reading, service
from api.sheets import sheet
from api.v1.fields import Choice, Day, Moment, Text, answer, body, maybe, one, said, some, when
from api.v1.resource import Resource
from api.v1.shown import BOTH_LANGUAGES
from engine.analysis.facts import Period
from engine.analysis.indicators import GROUPS, Figure, IndicatorSet, Points
from engine.domain.errors import Fault, InvalidValues
from engine.domain.values import moment
from engine.service.counted import Named
from engine.service.figures import Asked, Indicators, chosen
from engine.service.figures import indicators as reckoned

indicators = Resource("indicators", "/v1/indicators", "How the offices did.")


def _maybe_share() -> fields.Float:
    return fields.Float(required=True, allow_none=True)


SUCCESSOR = answer("Successor", code=said(), name=said())
GROUP = {
    "group": maybe(),
    "groupName": one(BOTH_LANGUAGES, allow_none=True),
    "successor": one(SUCCESSOR, allow_none=True),
}
RULES = {
    "name": one(BOTH_LANGUAGES),
    "source": said(),
    "confirmed": fields.Boolean(required=True),
    "validFrom": said(),
    "begin": when(),
    "end": when(),
}
RULE = answer(
    "IndicatorRule",
    counts=said(),
    numerator=said(),
    denominator=maybe(),
    times=maybe(),
    below=fields.Boolean(required=True),
)
FIGURE = answer(
    "IndicatorFigure",
    id=said(),
    name=one(BOTH_LANGUAGES),
    **GROUP,
    numerator=_maybe_share(),
    denominator=_maybe_share(),
    ratio=_maybe_share(),
    unit=said(metadata={"enum": ["percent", "days", "number"]}),
    target=_maybe_share(),
    met=fields.Boolean(required=True, allow_none=True),
    points=_maybe_share(),
    maxPoints=_maybe_share(),
    shown=said(),
    missing=maybe(),
    rule=one(RULE),
)
POINTS = answer(
    "IndicatorPoints", **GROUP, points=fields.Float(required=True), maxPoints=fields.Float(required=True),
    unknown=fields.Float(required=True),
)  # fmt: skip
FIGURES = answer("Indicators", set=said(), **RULES, items=some(FIGURE), points=some(POINTS))
SET = answer(
    "IndicatorSet",
    set=said(),
    name=one(BOTH_LANGUAGES),
    validFrom=said(),
    validUntil=maybe(),
    source=said(),
    confirmed=fields.Boolean(required=True),
)
SETS = answer("IndicatorSets", items=some(SET))
PERIOD = {
    "from": Moment(required=True),
    "to": Moment(required=True),
    "by": Choice(*GROUPS, load_default=None),
    "rulesOf": Day(load_default=None),
    "format": Choice("json", "csv", load_default="json"),
}
ASKED = body("IndicatorsAsked", **PERIOD, set=Text(load_default="tinh_2021"))
_YEARS = range(1900, 3000)
_NO_YEAR = Fault(
    "/from", "outOfRange", "Kỳ báo cáo phải từ năm 1900 đến năm 2999.", "A period lies in the years 1900 to 2999."
)
_NO_PERIOD = Fault("/to", "notLater", "Kỳ báo cáo phải kết thúc sau khi bắt đầu.", "A period ends after it begins.")


@indicators.gets("", Policy.FIGURES, FIGURES, query=ASKED, refuses=(404,))
def get_indicators(asked: dict[str, Any]) -> Response:
    """What the indicators of a set came to between two moments: over everything, or by level, unit, field or procedure.

    Where nothing was to be counted `ratio` is null and `shown` is N/A; `missing` names what is not known. The rules are those in force on
    the period's last day, or on the day `rulesOf`. An officer has the figures of his units.
    """
    question = asked_for(asked)
    rules = chosen(service().rulebook.sets, asked["set"], question.day)
    with reading() as queries:
        outside, now = service().rulebook.outside, service().clock.now()
        found = reckoned(queries, service().catalog, rules, outside, question, now)
    if asked["format"] == "csv":
        return sheet(f"{rules.id}-{question.day}", _COLUMNS, _rows(found))
    return answers.json(_shown(found, asked))


@indicators.gets("/sets", Policy.FIGURES, SETS)
def list_indicator_sets() -> Response:
    """The sets that there are, each with the days on which it counts."""
    return answers.json({"items": [_set(rules) for rules in service().rulebook.sets]})


def _set(rules: IndicatorSet) -> dict[str, Any]:
    return {
        "set": rules.id,
        "name": {"vi": rules.name, "en": rules.name_en},
        "validFrom": rules.valid_from,
        "validUntil": rules.valid_until,
        "source": rules.source,
        "confirmed": rules.confirmed,
    }


def asked_for(asked: Mapping[str, Any]) -> Asked:
    """What somebody wants to know, and may.

    Raises:
        InvalidValues: the period is none.
    """
    period, reached = Period(moment(asked["from"]), moment(asked["to"])), reach()
    if period.begin.year not in _YEARS or period.end.year not in _YEARS:
        raise InvalidValues([_NO_YEAR])
    if period.end <= period.begin:
        raise InvalidValues([_NO_PERIOD])
    return Asked(period, asked["by"], None if reached is None else frozenset(reached.units), asked["rulesOf"])


def rules_shown(rules: Any, asked: Mapping[str, Any]) -> dict[str, Any]:
    """By what, and for when, figures were made."""
    return {
        "name": {"vi": rules.name, "en": rules.name_en},
        "source": rules.source,
        "confirmed": rules.confirmed,
        "validFrom": rules.valid_from,
        "begin": asked["from"],
        "end": asked["to"],
    }


def group_shown(group: str | None, names: Mapping[str, Named]) -> dict[str, Any]:
    """A group, what it is called, and who has the dossiers of a unit that is gone."""
    named = names.get(group or "")
    next_ = None if named is None else named.successor
    return {
        "group": group,
        "groupName": None if named is None else {"vi": named.vi, "en": named.en},
        "successor": None if next_ is None else {"code": next_.code, "name": next_.name},
    }


def _shown(found: Indicators, asked: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "set": found.rules.id,
        **rules_shown(found.rules, asked),
        "items": [_figure(figure, found.names) for figure in found.figures],
        "points": [_points(each, found.names) for each in found.points],
    }


def _figure(figure: Figure, names: Mapping[str, Named]) -> dict[str, Any]:
    rule = figure.indicator
    return {
        "id": rule.id,
        "name": {"vi": rule.name, "en": rule.name_en},
        **group_shown(figure.group, names),
        "numerator": figure.numerator,
        "denominator": figure.denominator,
        "ratio": figure.ratio,
        "unit": "number" if rule.denominator is None else "days" if rule.in_days else "percent",
        "target": figure.target,
        "met": figure.met,
        "points": figure.points,
        "maxPoints": rule.points,
        "shown": _said(figure),
        "missing": figure.missing,
        "rule": {
            "counts": rule.counts,
            "numerator": rule.numerator.said(),
            "denominator": None if rule.denominator is None else rule.denominator.said(),
            "times": rule.times,
            "below": bool(rule.below),
        },
    }


def _points(points: Points, names: Mapping[str, Named]) -> dict[str, Any]:
    return {
        **group_shown(points.group, names),
        "points": points.points,
        "maxPoints": points.most,
        "unknown": points.unknown,
    }


def _said(figure: Figure) -> str:
    """A figure as people read it; N/A where nothing was to be counted or something is not known, never 0."""
    if figure.indicator.denominator is None:
        return "N/A" if figure.numerator is None else f"{figure.numerator:g}"
    if figure.ratio is None:
        return "N/A"
    return f"{figure.ratio:.2f}" if figure.indicator.in_days else f"{figure.ratio:.2f} %"


_COLUMNS = (
    "id", "name", "group", "groupName", "successor", "numerator", "denominator", "ratio", "target", "met", "points", "maxPoints",
    "missing", "rule", "source", "confirmed",
)  # fmt: skip


def _rows(found: Indicators) -> Iterator[list[Any]]:
    for figure in found.figures:
        row = _figure(figure, found.names)
        name, next_, rule = row["groupName"], row["successor"], row["rule"]
        text = f"{rule['numerator']} / {rule['denominator'] or ''}" + (f" × {rule['times']}" if rule["times"] else "")
        yield [
            row["id"], row["name"]["vi"], row["group"], name and name["vi"], next_ and next_["code"], row["numerator"],
            row["denominator"], "N/A" if row["ratio"] is None else row["ratio"], row["target"], row["met"], row["points"],
            row["maxPoints"], row["missing"], text, found.rules.source, found.rules.confirmed,
        ]  # fmt: skip
