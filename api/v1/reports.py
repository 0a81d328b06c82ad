"""Reports: how many dossiers came in, were settled and are still there, by forms that are data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from flask import Response
from marshmallow import fields

from api import answers
from api.policy import Policy
from api.serving import reading, service
from api.sheets import sheet
from api.v1.fields import answer, body, maybe, number, one, said, some
from api.v1.indicators import GROUP, PERIOD, RULES, asked_for, group_shown, rules_shown
from api.v1.resource import Resource
from api.v1.shown import BOTH_LANGUAGES
from engine.analysis.reports import Report, ReportForm, Row
from engine.service.counted import Named
from engine.service.figures import chosen
from engine.service.figures import report as reckoned

reports = Resource("reports", "/v1/reports", "How many dossiers came in, were settled, and are still there.")

_NUMBERS = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
COLUMN = answer("ReportColumn", id=said(), name=one(BOTH_LANGUAGES), rule=said(), part=maybe())
ROW = answer("ReportRow", **GROUP, numbers=_NUMBERS)
REPORT = answer(
    "Report", form=said(), **RULES, by=said(), columns=some(COLUMN), rows=some(ROW), total=_NUMBERS, misplaced=number()
)
FORM = answer(
    "ReportForm", form=said(), name=one(BOTH_LANGUAGES), by=said(), validFrom=said(), source=said(),
    confirmed=fields.Boolean(required=True),
)  # fmt: skip
FORMS = answer("ReportForms", items=some(FORM))
ASKED = body("ReportAsked", **PERIOD)


@reports.gets("", Policy.FIGURES, FORMS)
def list_report_forms() -> Response:
    """The forms that there are."""
    return answers.json({"items": [_form(form) for form in service().rulebook.forms]})


@reports.gets("/<form>", Policy.FIGURES, REPORT, query=ASKED, refuses=(404,))
def get_report(asked: dict[str, Any], form: str) -> Response:
    """A report of a period, a row for each group; without `by` as its form has it.

    Each dossier is in one column of each part; `misplaced` counts those that are not, by a form that was written wrongly.
    """
    question = asked_for(asked)
    rules = chosen(service().rulebook.forms, form, question.day)
    with reading() as queries:
        found, names = reckoned(queries, service().catalog, rules, question, service().clock.now())
    if asked["format"] == "csv":
        return sheet(f"{rules.id}-{question.day}", _columns(rules), _lines(found, names))
    return answers.json(_shown(found, names, asked))


def _form(form: ReportForm) -> dict[str, Any]:
    return {
        "form": form.id,
        "name": {"vi": form.name, "en": form.name_en},
        "by": form.by,
        "validFrom": form.valid_from,
        "source": form.source,
        "confirmed": form.confirmed,
    }


def _shown(found: Report, names: Mapping[str, Named], asked: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "form": found.form.id,
        **rules_shown(found.form, asked),
        "by": found.by,
        "columns": [
            {
                "id": column.id,
                "name": {"vi": column.name, "en": column.name_en},
                "rule": column.when or " + ".join(column.sums),
                "part": column.part,
            }
            for column in found.form.columns
        ],
        "rows": [_row(row, names) for row in found.rows],
        "total": found.total.numbers,
        "misplaced": found.misplaced,
    }


def _row(row: Row, names: Mapping[str, Named]) -> dict[str, Any]:
    return {**group_shown(row.group, names), "numbers": row.numbers}


def _columns(form: ReportForm) -> list[str]:
    return ["Mã", "Tên", "Đơn vị kế thừa", *(column.name for column in form.columns)]


def _lines(found: Report, names: Mapping[str, Named]) -> Iterator[list[Any]]:
    for row in found.rows:
        shown = group_shown(row.group, names)
        name, next_ = shown["groupName"], shown["successor"]
        yield [row.group, name and name["vi"], next_ and next_["name"], *row.numbers.values()]
    yield ["", "Cộng", "", *found.total.numbers.values()]
