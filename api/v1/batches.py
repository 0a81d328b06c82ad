"""Batches: one operation on all instances that meet a filter; looked at before, followed, stopped, undone."""

from __future__ import annotations

from typing import Any

from flask import Response
from marshmallow import fields

from api import answers
from api.caller import language_header
from api.commands import perform
from api.language import in_language, preferred
from api.policy import Policy
from api.serving import reading
from api.v1.fields import (
    NOTHING,
    PAGE,
    Choice,
    Moment,
    Text,
    Texts,
    answer,
    body,
    maybe,
    maybe_when,
    number,
    page_of,
    said,
    some,
    when,
)
from api.v1.modification import DRY_RUN, PLAN, arrivals
from api.v1.resource import Resource
from engine.domain import batch as domain
from engine.domain.batch import Batch, BatchItem, Filter, Progress
from engine.domain.errors import Fault, InvalidValues
from engine.domain.instance import ProcessInstance
from engine.ports import Page
from engine.service.batches import CancelBatch, CreateBatch, PauseBatch, ResumeBatch, found, progress
from engine.service.command import Rendered

batches = Resource("batches", "/v1/batches", "One operation on many process instances.")
PATH = "/v1/batches/"
SHOWN = 20
"""Instances that a dry run shows."""

FILTER = body(
    "BatchFilter",
    processDefinitionKey=Text(load_default=None),
    processDefinitionId=Text(load_default=None),
    state=Choice("running", "suspended", load_default=None),
    elementId=Text(load_default=None),
    businessKeyPrefix=Text(load_default=None),
    businessKeys=Texts(1_000, load_default=None),
    incidentCode=Text(load_default=None),
    startedBefore=Moment(load_default=None),
    startedAfter=Moment(load_default=None),
)
_NAMES = {
    "key": "processDefinitionKey",
    "definition_id": "processDefinitionId",
    "state": "state",
    "element_id": "elementId",
    "business_keys": "businessKeys",
    "business_key_prefix": "businessKeyPrefix",
    "incident_code": "incidentCode",
    "started_before": "startedBefore",
    "started_after": "startedAfter",
}
"""Parts of a filter as callers name them."""
CREATE = body(
    "CreateBatch",
    operation=Choice(*domain.OPERATIONS, required=True),
    filter=fields.Nested(FILTER, required=True),
    reason=Text(2000, required=True),
    modification=fields.Nested(body("BatchModification", **PLAN), load_default=None),
)
_NO_PLAN = Fault(
    "/modification",
    "modificationNeeded",
    "Thao tác “modify” cần đúng một “modification”; các thao tác khác không dùng.",
    "The operation 'modify' needs a modification; the others take none.",
)
_EVERYTHING = Fault(
    "/filter",
    "filterEmpty",
    "Bộ lọc trống sẽ lấy mọi phiên; hãy nêu ít nhất một điều kiện.",
    "An empty filter would mean every instance; name at least one condition.",
)

BATCH = answer(
    "Batch",
    id=said(),
    operation=said(metadata={"enum": list(domain.OPERATIONS)}),
    filter=fields.Dict(keys=fields.String(), required=True),
    modification=fields.Dict(keys=fields.String(), required=True, allow_none=True),
    reason=said(),
    state=said(metadata={"enum": list(domain.STATES)}),
    total=number(),
    done=number(),
    failed=number(),
    remaining=number(),
    createdAt=when(),
    createdBy=said(),
    endedAt=maybe_when(),
)
MEANT = answer(
    "BatchPreview",
    total=number(),
    first=some(answer("InstanceMeant", id=said(), processDefinitionKey=said(), businessKey=maybe(), state=said())),
)


@batches.posts("", Policy.OPERATE, {202: BATCH, 200: MEANT}, query=DRY_RUN, body=CREATE, repeatable=True)
def create_batch(asked: dict[str, Any], sent: dict[str, Any]) -> Response:
    """Do an operation to every instance that meets the filter now, each as a command of its own.

    With ``dryRun=true`` nothing is stored: the answer is how many instances are meant, and the first 20 of them.
    """
    command = _command(sent)
    if not asked["dryRun"]:
        return perform(command, _created, sent)
    with reading() as queries:
        total, first = queries.count_meant(command.filter), queries.first_meant(command.filter, SHOWN)
    return answers.json({"total": total, "first": [_meant(head) for head in first]})


def _command(sent: dict[str, Any]) -> CreateBatch:
    plan = sent["modification"]
    if (plan is None) == (sent["operation"] == domain.MODIFY):
        raise InvalidValues([_NO_PLAN])
    filter = _filter(sent["filter"])
    if not filter.said:
        raise InvalidValues([_EVERYTHING])
    if plan is None:
        return CreateBatch(sent["operation"], filter, sent["reason"])
    start = arrivals(plan["start"], "/modification/start")
    return CreateBatch(sent["operation"], filter, sent["reason"], tuple(plan["cancel"]), start)


def _filter(sent: dict[str, Any]) -> Filter:
    keys = sent["businessKeys"]
    asked = {name: sent[shown] for name, shown in _NAMES.items()}
    return Filter(**asked | {"business_keys": None if keys is None else tuple(keys)})


def _created(made: Progress) -> Rendered:
    return answers.rendered(_batch(made), 202, {"Location": PATH + made.batch.id})


def _shown(reached: Progress) -> Rendered:
    return answers.rendered(_batch(reached))


def _meant(head: ProcessInstance) -> dict[str, Any]:
    return {"id": head.id, "processDefinitionKey": head.key, "businessKey": head.business_key, "state": head.state}


def _batch(reached: Progress) -> dict[str, Any]:
    batch = reached.batch
    return {
        "id": batch.id,
        "operation": batch.operation,
        "filter": {_NAMES[name]: value for name, value in batch.filter.items()},
        "modification": batch.modification or None,
        "reason": batch.reason,
        "state": batch.state,
        "total": batch.total,
        "done": reached.done,
        "failed": reached.failed,
        "remaining": reached.remaining,
        "createdAt": batch.created_at,
        "createdBy": batch.on_behalf_of or batch.created_by,
        "endedAt": batch.ended_at,
    }


ASKED = body("BatchesAsked", state=Choice(*domain.STATES, load_default=None), **PAGE)


@batches.gets("", Policy.OPERATE, page_of(BATCH, "Batches"), query=ASKED)
def list_batches(asked: dict[str, Any]) -> Response:
    """List batches, the last created first."""
    with reading() as queries:
        page = queries.list_batches(asked["state"], Page(asked["limit"], asked["after"]))
        items = [_batch(progress(queries, batch)) for batch in page.rows]
    return answers.json({"items": items, "next": page.next})


@batches.gets("/<id>", Policy.OPERATE, BATCH, refuses=(404,))
def get_batch(id: str) -> Response:
    """One batch: what is done, what was refused, what is left."""
    with reading() as queries:
        reached = progress(queries, found(queries, id))
    return answers.response(_shown(reached))


ITEM = answer(
    "BatchItem",
    processInstanceId=said(),
    state=said(metadata={"enum": list(domain.ITEM_STATES)}),
    code=maybe(),
    detail=maybe(),
    decidedAt=maybe_when(),
)
ITEMS_ASKED = body("BatchItemsAsked", state=Choice(*domain.ITEM_STATES, load_default=None), **PAGE)


@batches.gets("/<id>/items", Policy.OPERATE, page_of(ITEM, "BatchItems"), query=ITEMS_ASKED, refuses=(404,))
def list_batch_items(asked: dict[str, Any], id: str) -> Response:
    """The instances of a batch, and why some were refused."""
    language = preferred(language_header())
    with reading() as queries:
        found(queries, id)
        page = queries.list_items(id, asked["state"], Page(asked["limit"], asked["after"]))
    return answers.listed(page, lambda item: _item(item, language))


def _item(item: BatchItem, language: str) -> dict[str, Any]:
    return {
        "processInstanceId": item.instance_id,
        "state": item.state,
        "code": item.code,
        "detail": in_language(language, item.vi, item.en),
        "decidedAt": item.decided_at,
    }


UNDO = answer("BatchUndo", processInstanceId=said(), operation=maybe(), detail=maybe())
UNDO_ASKED = body("BatchUndoAsked", **PAGE)
_WHY_NOT = {
    domain.CANCEL: (
        "Phiên xử lý đã kết thúc thì không mở lại được; hãy bắt đầu phiên mới.",
        "An instance that has ended is not opened again; start a new one.",
    ),
    domain.RETRY: (
        "Bước đã chạy lại thì không rút lại được; xem lịch sử của phiên.",
        "A step that ran again is not taken back; look at the history of the instance.",
    ),
    domain.MODIFY: (
        "Không biết phiên đã đi tới đâu từ đó; hãy sửa từng phiên theo lịch sử của nó.",
        "How far the instance went from there is not known; modify each by its own history.",
    ),
}
"""Why there is no operation that undoes one."""


@batches.gets("/<id>/undo", Policy.OPERATE, page_of(UNDO, "BatchUndoes"), query=UNDO_ASKED, refuses=(404,))
def get_batch_undo(asked: dict[str, Any], id: str) -> Response:
    """For each instance that is done the operation that would undo it, or why there is none. Nothing is done."""
    language = preferred(language_header())
    with reading() as queries:
        batch = found(queries, id)
        page = queries.list_items(id, domain.DONE, Page(asked["limit"], asked["after"]))
    return answers.listed(page, lambda item: _undo(batch, item, language))


def _undo(batch: Batch, item: BatchItem, language: str) -> dict[str, Any]:
    why = _WHY_NOT.get(batch.operation)
    detail = None if why is None else in_language(language, *why)
    return {
        "processInstanceId": item.instance_id,
        "operation": domain.OPPOSITES.get(batch.operation),
        "detail": detail,
    }


@batches.posts("/<id>/pause", Policy.OPERATE, {200: BATCH}, body=NOTHING, repeatable=True, refuses=(404, 409))
def pause_batch(nothing: dict[str, Any], id: str) -> Response:
    """Let no further instance have its turn until the batch is resumed."""
    return perform(PauseBatch(id), _shown)


@batches.posts("/<id>/resume", Policy.OPERATE, {200: BATCH}, body=NOTHING, repeatable=True, refuses=(404, 409))
def resume_batch(nothing: dict[str, Any], id: str) -> Response:
    """Go on where it was paused."""
    return perform(ResumeBatch(id), _shown)


@batches.posts("/<id>/cancel", Policy.OPERATE, {200: BATCH}, body=NOTHING, repeatable=True, refuses=(404, 409))
def cancel_batch(nothing: dict[str, Any], id: str) -> Response:
    """Let no further instance have its turn at all; what is done stays done."""
    return perform(CancelBatch(id), _shown)
