"""An operator's hand in a running instance: activities are withdrawn, and tokens put where they should be.

First everything named is withdrawn, as an interrupting boundary event would withdraw it; then tokens arrive, as if by a flow.
What cannot be done is told all at once, and then nothing of it is done.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from engine.domain.errors import Fault, ModificationRefused
from engine.domain.record import Payload
from engine.domain.state import element_of
from engine.runtime.activity import STARTED
from engine.runtime.specs.compensating import Cancel
from engine.runtime.specs.events import BoundaryEvent, StartEvent
from engine.runtime.specs.gateways import EventGateway
from engine.runtime.specs.loops import Repeating
from engine.runtime.specs.subprocesses import EventSubProcess

if TYPE_CHECKING:
    from engine.runtime.activity import Activity
    from engine.runtime.flowing import Flowing
    from engine.runtime.specs.base import Flow
    from engine.runtime.workflow import ProcessWorkflow

REASONS: dict[str, tuple[str, str]] = {
    "nothingAsked": (
        "Chưa nêu việc gì: cần ít nhất một hoạt động để rút (cancel) hoặc một nơi để bắt đầu (start).",
        "Nothing is asked: name at least one activity to cancel or one place to start.",
    ),
    "activityNotAlive": (
        "Không có hoạt động “{what}” đang mở: chưa từng có, hoặc đã kết thúc. Xem lại danh sách hoạt động của phiên.",
        "No activity '{what}' is alive: it never was, or has ended. Look at the activities of the instance again.",
    ),
    "notAnActivity": (
        "“{what}” chưa xảy ra, nó chỉ đang chờ cùng hoạt động hay phạm vi của nó; hãy rút hoạt động đó.",
        "'{what}' has not happened, it only listens beside its activity or scope; cancel that activity.",
    ),
    "scopeLeftEmpty": (
        "Trong “{what}” sẽ không còn gì chạy; hãy rút cả “{what}”.",
        "Nothing would be left inside of '{what}'; cancel '{what}' as a whole.",
    ),
    "instanceLeftEmpty": (
        "Phiên xử lý sẽ không còn thẻ nào; hãy hủy phiên xử lý thay vì sửa.",
        "No token would be left in the instance; cancel the instance instead.",
    ),
    "elementUnknown": (
        "Quy trình không có phần tử hay luồng “{what}”.",
        "The process has no element or flow '{what}'.",
    ),
    "scopeNotAlive": (
        "Phạm vi chứa “{what}” không đang mở; hãy bắt đầu quy trình con chứa nó, hoặc nêu một phạm vi đang mở (scopeId).",
        "No scope that contains '{what}' is alive; start the sub-process around it, or name a living scope (scopeId).",
    ),
    "scopeAmbiguous": (
        "Có nhiều phạm vi đang mở chứa “{what}” ({scopes}); hãy nêu một trong số đó (scopeId).",
        "Several living scopes contain '{what}' ({scopes}); name one of them (scopeId).",
    ),
    "scopeBeingUndone": (
        "Phạm vi chứa “{what}” đang được hủy hoặc bù trừ; không bắt đầu gì trong đó được nữa.",
        "The scope of '{what}' is being cancelled or undone; nothing can be started in it any more.",
    ),
    "joinWithoutFlow": (
        "Cổng hợp nhánh “{what}” đếm theo luồng vào; hãy nêu luồng (flowId): {flows}.",
        "The join '{what}' counts by incoming flow; name the flow (flowId): {flows}.",
    ),
    "startsByItself": (
        "“{what}” là sự kiện bắt đầu; hãy bắt đầu phần tử đứng sau nó.",
        "'{what}' is a start event; start the element behind it.",
    ),
    "happensToOthers": (
        "“{what}” chỉ xảy ra bên hoạt động hay phạm vi của nó; hãy bắt đầu phần tử đứng sau nó, hoặc hoạt động đó.",
        "'{what}' only happens to its activity or scope; start what comes behind it, or that activity.",
    ),
    "undoesOthers": (
        "“{what}” chỉ dùng để bù trừ hoạt động khác; không bắt đầu được bằng tay.",
        "'{what}' only undoes another activity; it cannot be started by hand.",
    ),
    "behindEventGateway": (
        "“{what}” đứng sau cổng sự kiện “{gateway}”; hãy bắt đầu cổng đó.",
        "'{what}' stands behind the event gateway '{gateway}'; start the gateway.",
    ),
}
"""Why something asked of a modification cannot be done, and what to do instead."""

WAITS_ALREADY = (
    "Cổng hợp nhánh “{what}” đã có thẻ chờ trên luồng “{flow}”: thẻ thứ hai sẽ ở lại cho lượt sau.",
    "A token of flow '{flow}' waits at the join '{what}' already: the second one stays for the next time.",
)


@dataclass(slots=True)
class _Objections:
    """Everything that speaks against a modification."""

    top: ProcessWorkflow
    faults: list[Fault] = field(default_factory=list)

    def add(self, pointer: str, code: str, element: str | None, what: str = "", **facts: str) -> None:
        vi, en = REASONS[code]
        name = None if element is None else _name_of(self.top, element)
        facts["what"] = name or what or element or ""
        self.faults.append(Fault(pointer, code, vi.format(**facts), en.format(**facts), element, name))

    def settle(self) -> None:
        """Refuse, if there is anything to object to.

        Raises:
            ModificationRefused
        """
        if self.faults:
            raise ModificationRefused(self.faults)


def modify(top: ProcessWorkflow, payload: Payload) -> None:
    """Withdraw, then start; what was started goes on as after any input.

    Raises:
        ModificationRefused: the execution must then be thrown away.
    """
    objections = _Objections(top)
    if not payload["cancel"] and not payload["start"]:
        objections.add("", "nothingAsked", None)
    _check_alive(top, payload["cancel"], objections)
    objections.settle()
    around = [_withdraw(activity) for id in payload["cancel"] if (activity := top.find(id)) is not None]
    tokens = list(_arrivals(top, payload["start"], objections))
    objections.settle()
    arrived = [_arrive(workflow, flow, spec) for workflow, flow, spec in tokens]
    _check_not_empty(top, around, objections)
    objections.settle()
    for token in arrived:
        if token is not None and token.id in token.workflow.tasks:
            token.workflow.go(token)


def doubts(top: ProcessWorkflow, payload: Payload) -> list[Fault]:
    """What can be done and is perhaps not meant: a second token where one waits at a join."""
    found = []
    for i, start in enumerate(payload["start"]):
        places = {(workflow.prefix, flow.id): flow for workflow, flow, _ in _places(top, start) if flow is not None}
        earlier = [other.get("flow") for other in payload["start"][:i]]
        for workflow in top.workflows():
            flow = places.get((workflow.prefix, start.get("flow", "")))
            if flow is not None and flow.target.joins and (_waits(workflow, flow) or flow.id in earlier):
                found.append(_doubt(top, f"/start/{i}", flow))
    return found


def _waits(workflow: Flowing, flow: Flow) -> bool:
    return flow.id in workflow.arrived.get(flow.target.name, {})


def _doubt(top: ProcessWorkflow, pointer: str, flow: Flow) -> Fault:
    element = flow.target.facts["element"]
    name = _name_of(top, element)
    vi, en = (sentence.format(what=name or element, flow=flow.id) for sentence in WAITS_ALREADY)
    return Fault(pointer, "waitsAlready", vi, en, element, name)


# what is withdrawn
def _check_alive(top: ProcessWorkflow, ids: list[str], objections: _Objections) -> None:
    for i, id in enumerate(ids):
        activity = top.find(id)
        if activity is None or activity is activity.workflow.task_tree:
            objections.add(f"/cancel/{i}", "activityNotAlive", element_of(id), id)
        elif not activity.task_spec.is_shown(activity):
            objections.add(f"/cancel/{i}", "notAnActivity", element_of(id), id)


def _withdraw(activity: Activity) -> tuple[Flowing, str]:
    """As an interrupting boundary event would; where it was, and what it hung on."""
    workflow = activity.workflow
    parent = workflow.tasks[activity._parent]
    anchor = parent if parent.task_spec.guards_activity else activity
    around = workflow, anchor._parent
    anchor.interrupt()
    return around


def _check_not_empty(top: ProcessWorkflow, around: list[tuple[Flowing, str]], objections: _Objections) -> None:
    """A scope, or a repeated activity, from which the last was taken would never end."""
    for workflow, holder in around:
        if workflow not in top.workflows():
            continue
        body = workflow.tasks.get(holder)
        if body is not None and isinstance(body.task_spec, Repeating) and not body._children:
            objections.add("/cancel", "scopeLeftEmpty", element_of(body.id))
        elif not workflow.has_tokens and not workflow.arrived:
            inside = workflow.parent_task_id
            code = "instanceLeftEmpty" if inside is None else "scopeLeftEmpty"
            objections.add("/cancel", code, None if inside is None else element_of(inside))


# what is started
def _arrivals(
    top: ProcessWorkflow, starts: list[dict[str, str]], objections: _Objections
) -> Iterator[tuple[Flowing, Flow | None, Any]]:
    """Where tokens are to arrive."""
    for i, start in enumerate(starts):
        places = list(_places(top, start))
        if _is_one(top, start, places, f"/start/{i}", objections):
            workflow, flow, spec = places[0]
            if _may_begin(workflow, flow, spec, f"/start/{i}", objections):
                yield workflow, flow, spec


def _places(top: ProcessWorkflow, start: dict[str, str]) -> Iterator[tuple[Flowing, Flow | None, Any]]:
    """The living scopes that are meant, each with what the token is to come by and to."""
    for workflow in top.workflows():
        if start.get("scope", workflow.parent_task_id or "") == (workflow.parent_task_id or ""):
            if "flow" in start:
                if (flow := _flow(workflow.spec, start["flow"])) is not None:
                    yield workflow, flow, flow.target
            elif _drawn(workflow.spec, start["element"]) is not None:
                yield workflow, None, workflow.spec.task_specs[start["element"]]


def _flow(spec: Any, id: str) -> Flow | None:
    return next((flow for each in spec.task_specs.values() for flow in each.flows if flow.id == id), None)


def _drawn(spec: Any, id: str) -> Any:
    """An element of the diagram: what stands for it has its name."""
    each = spec.task_specs.get(id)
    return each if each is not None and each.facts.get("element") == id else None


def _is_one(
    top: ProcessWorkflow, start: dict[str, str], places: list[Any], pointer: str, objections: _Objections
) -> bool:
    if len(places) == 1:
        return True
    what = start.get("flow") or start["element"]
    element = start.get("element")
    if places:
        scopes = ", ".join(f"“{workflow.parent_task_id or ''}”" for workflow, _, _ in places)
        objections.add(pointer, "scopeAmbiguous", element, what, scopes=scopes)
    elif any(_has(spec, start) for spec in _all_specs(top)):
        objections.add(pointer, "scopeNotAlive", element, what)
    else:
        objections.add(pointer, "elementUnknown", element, what)
    return False


def _has(spec: Any, start: dict[str, str]) -> bool:
    return (_flow(spec, start["flow"]) if "flow" in start else _drawn(spec, start["element"])) is not None


def _all_specs(top: ProcessWorkflow) -> Iterator[Any]:
    """Everything that the instance can run."""
    for process in (top.program.main, *top.program.calls.values()):
        yield from process.all_specs()


def _may_begin(workflow: Flowing, flow: Flow | None, spec: Any, pointer: str, objections: _Objections) -> bool:
    guarded = spec.outputs[0] if spec.guards_activity else spec
    element, before = guarded.facts["element"], len(objections.faults)
    if isinstance(guarded, StartEvent):
        objections.add(pointer, "startsByItself", element)
    elif isinstance(guarded, BoundaryEvent | EventSubProcess):
        objections.add(pointer, "happensToOthers", element)
    elif _undoes(workflow.spec, guarded):
        objections.add(pointer, "undoesOthers", element)
    elif (gateway := _gateway_before(workflow.spec, guarded)) is not None:
        objections.add(pointer, "behindEventGateway", element, gateway=gateway.facts.get("name") or gateway.name)
    elif spec.joins and flow is None:
        objections.add(pointer, "joinWithoutFlow", element, flows=", ".join(sorted(spec.incoming)))
    elif _is_being_undone(workflow):
        objections.add(pointer, "scopeBeingUndone", element)
    return len(objections.faults) == before


def _undoes(spec: Any, guarded: Any) -> bool:
    return any(each.undo is not None and _leads_to(each.undo, guarded) for each in spec.task_specs.values())


def _leads_to(entry: Any, guarded: Any) -> bool:
    """Whether a token that comes to ``entry`` comes to that element, perhaps with what listens on its border."""
    return entry is guarded or (entry.guards_activity and guarded is entry.outputs[0])


def _gateway_before(spec: Any, target: Any) -> Any:
    gateways = (each for each in spec.task_specs.values() if isinstance(each, EventGateway))
    return next(
        (gateway for gateway in gateways if any(_leads_to(flow.target, target) for flow in gateway.flows)), None
    )


def _is_being_undone(workflow: Flowing) -> bool:
    """Whether it, or a scope around it, is a transaction that is being cancelled or a scope that is compensated."""
    at: Flowing | None = workflow
    while at is not None:
        if any(_cancels(activity) for activity in at.tasks.values()):
            return True
        if at.parent_task_id is None:
            return False
        holder = at.top_workflow.living(at.parent_task_id)
        if "undone" in holder.internal_data:
            return True
        at = holder.workflow
    return False


def _cancels(activity: Activity) -> bool:
    return activity._state == STARTED and isinstance(getattr(activity.task_spec, "definition", None), Cancel)


def _arrive(workflow: Flowing, flow: Flow | None, spec: Any) -> Activity | None:
    """The token, where it need not wait at a join. A join that nothing could reach any more can be reached again."""
    for element in workflow.arrived:
        workflow.top_workflow.resolve(f"{workflow.prefix}{element}")
    if flow is not None:
        return workflow.arrive(flow)
    guard = workflow.spec.task_specs.get(f"{spec.name}<boundary>", spec)
    return workflow.enter(guard, workflow.task_tree, None)


def _name_of(top: ProcessWorkflow, element: str) -> str | None:
    named = (each.facts.get("name") for spec in _all_specs(top) if (each := _drawn(spec, element)) is not None)
    return next(named, None)
