"""Modification of one instance: withdraw activities, start elsewhere, or only look what would come of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Response

from api import answers
from api.caller import language_header, sender
from api.commands import expected_seq, perform
from api.language import preferred
from api.policy import Policy
from api.problems import remark
from api.serving import reading, service
from api.v1.fields import Flag, Objects, Text, Texts, answer, body, extended, maybe, said, some
from api.v1.resource import Resource
from api.v1.shown import INSTANCE, RECORD, instance, record
from engine.domain.errors import Fault, InvalidValues
from engine.service.command import Rendered
from engine.service.modification import Arrival, Modified, ModifyProcessInstance, preview

modification = Resource("modification", "/v1/process-instances", "An operator's hand in a running instance.")

MOST = 100
"""Activities withdrawn, and elements started, at once."""
ARRIVAL = body(
    "Arrival",
    elementId=Text(load_default=None),
    flowId=Text(load_default=None),
    scopeId=Text(2000, shortest=0, load_default=None, allow_none=True),
)
PLAN: dict[str, Any] = {"cancel": Texts(MOST, load_default=list), "start": Objects(ARRIVAL, MOST, load_default=list)}
"""What is to be withdrawn and started."""
MODIFY = body("ModifyProcessInstance", reason=Text(2000, required=True), **PLAN)
DRY_RUN = body("DryRunAsked", dryRun=Flag(load_default=False))
WARNING = answer("ModificationWarning", code=said(), detail=said(), elementId=said(), elementName=maybe())
MODIFIED = extended(INSTANCE, "ModifiedProcessInstance", records=some(RECORD), warnings=some(WARNING))


@modification.posts(
    "/<id>/modification",
    Policy.OPERATE,
    {200: MODIFIED},
    query=DRY_RUN,
    body=MODIFY,
    repeatable=True,
    refuses=(404, 409, 412),
    if_match="optional",
    etag=True,
)
def modify_process_instance(asked: dict[str, Any], sent: dict[str, Any], id: str) -> Response:
    """Withdraw activities and let tokens arrive elsewhere, with the reason in the log; no compensation runs.

    ``cancel`` has ids of activities as ``…/activities`` shows them; ``start`` elements, or flows that are to count as
    taken, in the only living scope that has them or in ``scopeId``. With ``dryRun=true`` nothing is stored: the answer is
    what would come of it.
    """
    command = ModifyProcessInstance(id, tuple(sent["cancel"]), arrivals(sent["start"]), sent["reason"], expected_seq())
    language = preferred(language_header())
    if not asked["dryRun"]:
        return perform(command, lambda done: _answered(done, language), sent)
    with reading() as queries:
        done = preview(queries, service().clock, service().ids, service().catalog, command, sender())
    return answers.response(_answered(done, language))


def arrivals(sent: list[dict[str, Any]], pointer: str = "/start") -> tuple[Arrival, ...]:
    """Where tokens are to arrive.

    Raises:
        InvalidValues: one of them names both an element and a flow, or neither.
    """
    if faults := list(_undecided(sent, pointer)):
        raise InvalidValues(faults)
    return tuple(Arrival(each["elementId"], each["flowId"], each["scopeId"]) for each in sent)


def _undecided(sent: list[dict[str, Any]], pointer: str) -> Iterator[Fault]:
    for i, each in enumerate(sent):
        if (each["elementId"] is None) == (each["flowId"] is None):
            yield Fault(
                f"{pointer}/{i}",
                "whichPlace",
                "Cần đúng một trong hai: elementId hoặc flowId.",
                "Exactly one of elementId and flowId is needed.",
            )


def _answered(done: Modified, language: str) -> Rendered:
    shown = instance(done.standing) | {
        "records": [record(row) for row in done.records],
        "warnings": [remark(warning, language) for warning in done.warnings],
    }
    return answers.rendered(shown, headers=answers.etag(done.standing.head.seq))
