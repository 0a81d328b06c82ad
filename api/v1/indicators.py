"""Indicators: how the offices did in a period, by rules that are data."""

from __future__ import annotations

import csv
import io
from typing import Any

from flask import Response
from marshmallow import fields

from api import answers
from api.indicator_sets import read_sets
from api.policy import Policy
from api.serving import reading, service
from api.v1.fields import Choice, Moment, Text, answer, body, maybe, maybe_number, one, said, some, when
from api.v1.resource import Resource
from api.v1.shown import BOTH_LANGUAGES
from engine.analysis.indicators import GROUPS, Figure, IndicatorSet, Period
from engine.domain.errors import Fault, InvalidValues
from engine.domain.values import moment
from engine.service.indicators import indicators as reckoned

indicators = Resource("indicators", "/v1/indicators", "How the offices did.")
SETS = read_sets()


def _maybe_share() -> fields.Float:
    return fields.Float(required=True, allow_none=True)


RULE = answer("IndicatorRule", numerator=said(), denominator=said())
FIGURE = answer(
    "IndicatorFigure",
    id=said(),
    name=one(BOTH_LANGUAGES),
    group=maybe(),
    numerator=maybe_number(),
    denominator=maybe_number(),
    ratio=_maybe_share(),
    target=_maybe_share(),
    met=fields.Boolean(required=True, allow_none=True),
    points=_maybe_share(),
    shown=said(),
    missing=maybe(),
    rule=one(RULE),
)
FIGURES = answer(
    "Indicators",
    set=said(),
    name=one(BOTH_LANGUAGES),
    source=said(),
    confirmed=fields.Boolean(required=True),
    begin=when(),
    end=when(),
    items=some(FIGURE),
)
ASKED = body(
    "IndicatorsAsked",
    **{"from": Moment(required=True), "to": Moment(required=True)},
    set=Text(load_default="tinh_2021"),
    by=Choice(*GROUPS, load_default=None),
    format=Choice("json", "csv", load_default="json"),
)
_NO_SET = Fault("/set", "unknownSet", "Không có bộ chỉ số này.", "There is no such set of indicators.")
_NO_PERIOD = Fault("/to", "notLater", "Kỳ báo cáo phải kết thúc sau khi bắt đầu.", "A period ends after it begins.")


@indicators.gets("", Policy.STATISTICS, FIGURES, query=ASKED)
def get_indicators(asked: dict[str, Any]) -> Response:
    """What the indicators of a set came to between two moments: over everything, or by level, unit or procedure.

    Where nothing was to be counted `ratio` is null and `shown` is N/A; `missing` names what is not known of dossiers.
    """
    rules = SETS.get(asked["set"])
    if rules is None:
        raise InvalidValues([_NO_SET])
    period = Period(moment(asked["from"]), moment(asked["to"]))
    if period.end <= period.begin:
        raise InvalidValues([_NO_PERIOD])
    with reading() as queries:
        found = reckoned(queries, service().catalog, rules, period, service().clock.now(), asked["by"])
    if asked["format"] == "csv":
        return Response(_csv(found), mimetype="text/csv")
    return answers.json(_shown(rules, asked, found))


def _shown(rules: IndicatorSet, asked: dict[str, Any], found: list[Figure]) -> dict[str, Any]:
    return {
        "set": rules.id,
        "name": {"vi": rules.name, "en": rules.name_en},
        "source": rules.source,
        "confirmed": rules.confirmed,
        "begin": asked["from"],
        "end": asked["to"],
        "items": [_figure(figure) for figure in found],
    }


def _figure(figure: Figure) -> dict[str, Any]:
    rule = figure.indicator
    return {
        "id": rule.id,
        "name": {"vi": rule.name, "en": rule.name_en},
        "group": figure.group,
        "numerator": figure.numerator,
        "denominator": figure.denominator,
        "ratio": figure.ratio,
        "target": figure.target,
        "met": figure.met,
        "points": figure.points,
        "shown": said_of(figure),
        "missing": figure.missing,
        "rule": {"numerator": rule.numerator, "denominator": rule.denominator},
    }


def said_of(figure: Figure) -> str:
    """A ratio as people read it; N/A where nothing was to be counted, never 0."""
    return "N/A" if figure.ratio is None else f"{figure.ratio:.2f} %"


def _csv(found: list[Figure]) -> str:
    out = io.StringIO()
    sheet = csv.writer(out)
    sheet.writerow(["id", "name", "group", "numerator", "denominator", "ratio", "target", "met", "points", "rule"])
    for figure in found:
        rule = figure.indicator
        sheet.writerow(
            [
                rule.id, rule.name, figure.group, figure.numerator, figure.denominator, "N/A" if figure.ratio is None else figure.ratio,
                figure.target, figure.met, figure.points, f"{rule.numerator} / {rule.denominator}",
            ]
        )  # fmt: skip
    return "\ufeff" + out.getvalue()
