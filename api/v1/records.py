"""Records of every stream: who did what, when."""

from __future__ import annotations

from typing import Any

from flask import Response

from api import answers
from api.policy import Policy
from api.serving import reading, recorded
from api.v1.fields import PAGE, Choice, Moment, Text, body, page_of
from api.v1.resource import Resource
from api.v1.shown import RECORD, record
from engine.domain.record import ACCESSES, ADMINISTRATIVE, CONSEQUENCES, INPUTS
from engine.ports import Page
from engine.service.records import Search, search

records = Resource("records", "/v1/records", "The log, over all instances and the administration.")

KINDS = sorted({*INPUTS, *CONSEQUENCES, *ADMINISTRATIVE, *ACCESSES})
ASKED = body(
    "RecordsAsked",
    **{
        "actor": Text(load_default=None),
        "from": Moment(load_default=None),
        "to": Moment(load_default=None),
        "kind": Choice(*KINDS, load_default=None),
        **PAGE,
    },
)


@records.gets("", Policy.AUDIT, page_of(RECORD, "FoundRecords"), query=ASKED)
def search_records(asked: dict[str, Any]) -> Response:
    """Search the log, the newest first; ``from`` and ``to`` count themselves."""
    wanted = Search(asked["actor"], asked["from"], asked["to"], asked["kind"])
    with reading() as queries:
        page = search(queries, wanted, Page(asked["limit"], asked["after"]))
    recorded()
    return answers.listed(page, record)
