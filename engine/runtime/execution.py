"""The kernel: one input in, the records of what follows out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.domain.calendar import Calendar, Limit
from engine.domain.dossier import APPOINTED, CODE, RECEIVED
from engine.domain.errors import Fault
from engine.domain.record import Draft, Payload
from engine.domain.values import moment, written
from engine.runtime.activity import FUTURE, READY, WAITING, Activity
from engine.runtime.erasure import Testimony, Unexpected
from engine.runtime.failure import StepFailed
from engine.runtime.modification import doubts, modify
from engine.runtime.program import Program
from engine.runtime.snapshot import restore, snapshot_of
from engine.runtime.specs.papers import PaperTask
from engine.runtime.variables import Variables, owners_of
from engine.runtime.workflow import ProcessWorkflow


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What is kept between two commands; ``scopes`` has only those that changed, None for those that ended."""

    tokens: bytes
    scopes: dict[str, bytes | None]


class Execution:
    """One process instance in memory.

    It reads no clock and makes no random id, so the same inputs give the same records, whether it was loaded from a
    snapshot before each of them or never.
    """

    def __init__(self, workflow: ProcessWorkflow) -> None:
        self._top = workflow

    @classmethod
    def new(cls, program: Program, instance: str, calendar: Calendar | None, business_key: str | None) -> Execution:
        """An instance to which nothing has happened yet."""
        top = ProcessWorkflow(program, instance, calendar, business_key)
        top.set_up(Variables(top, ""))
        return cls(top)

    @classmethod
    def load(
        cls,
        program: Program,
        instance: str,
        calendar: Calendar | None,
        business_key: str | None,
        tokens: bytes,
        scopes: Mapping[str, bytes],
    ) -> Execution:
        """An instance as its snapshot has it."""
        return cls(restore(program, instance, calendar, business_key, tokens, scopes))

    @property
    def state(self) -> str:
        """running, completed, failed or terminated."""
        return self._top.state

    @property
    def error_code(self) -> str | None:
        return self._top.error_code

    @property
    def open_incidents(self) -> int:
        return len(self._top.incidents)

    def handle(self, kind: str, payload: Payload, at: datetime, testimony: Testimony | None = None) -> list[Draft]:
        """Take an input and do all that follows without waiting; the first record is the input itself.

        ``testimony`` says what was decided where values have been erased since.

        Raises:
            Unexpected: the input fits no place that waits.
            ModificationRefused: a modification asks for what cannot be done.

        After either the execution must be thrown away.
        """
        top = self._top
        _guard(top, kind)
        top.now, top.now_text = at, written(at)
        top.records, top.testimony = [(kind, payload)], testimony
        try:
            _INPUTS[kind](top, payload)
        except (KeyError, ValueError, StepFailed) as error:
            raise Unexpected(f"{kind}: {error}") from error
        if kind in _RUNNING or (kind in _CHANGING and top.may_look):
            top.do_engine_steps()
        top.written = False
        return top.records

    def doubts(self, payload: Payload) -> list[Fault]:
        """What a modification would do that is perhaps not meant."""
        return doubts(self._top, payload)

    def snapshot(self) -> Snapshot:
        """Its state now; call once per command."""
        return Snapshot(*snapshot_of(self._top))


def _guard(top: ProcessWorkflow, kind: str) -> None:
    """What comes when: hardly anything after the end or while it is suspended."""
    if top.state != "running" and kind not in _AFTER_THE_END:
        raise Unexpected(f"{kind}: the instance has ended")
    if top.suspended and kind not in _WHILE_SUSPENDED:
        raise Unexpected(f"{kind}: the instance is suspended")


def _start(top: ProcessWorkflow, payload: Payload) -> None:
    place = payload.get("startEvent")
    starter = None if place is None else top.program.main.starter(place)
    if starter is None and not top.program.main.starts_plainly:
        raise Unexpected("the process has no plain start event")
    top.correlation_key = payload.get("correlationKey")
    top.scope.declare(payload["values"])
    top.begin(starter, place or "", payload["values"])


def _complete_user_task(top: ProcessWorkflow, payload: Payload) -> None:
    activity = _offered(top, payload)
    activity.internal_data["completed"] = True
    activity.scope.write(payload["values"])
    _run(top, activity)


def _note_task(top: ProcessWorkflow, payload: Payload) -> None:
    """An open task changes hands; no token moves."""
    _offered(top, payload)


def _offered(top: ProcessWorkflow, payload: Payload) -> Activity:
    """The activity behind an open user task."""
    activity = _at(top, payload["activity"])
    if not activity.task_spec.manual or not activity.task_spec.offered(activity):
        raise Unexpected(f"user task {activity.id} is not open")
    _same(payload["userTask"], activity.identity)
    return activity


def _deliver(top: ProcessWorkflow, payload: Payload) -> None:
    """A message for one waiting activity."""
    activity, element = _receiver(top, payload)
    activity.task_spec.fired(activity, element, payload["values"])


def _deliver_signal(top: ProcessWorkflow, payload: Payload) -> None:
    """A signal for all waits of the instance; one that hears it may end another's wait."""
    receivers = [_receiver(top, receiver) for receiver in payload["receivers"]]
    for activity, element in receivers:
        activity.task_spec.heard(activity, element)
    for activity, element in receivers:
        if activity._state == WAITING:
            activity.task_spec.fired(activity, element, payload["values"])


def _receiver(top: ProcessWorkflow, payload: Payload) -> tuple[Activity, str]:
    activity, element = _waiting(top, payload["activity"]), payload["element"]
    _same(payload["subscription"], top.identity(f"subscription {activity.id} {element}"))
    return activity, element


def _same(said: Any, computed: Any) -> None:
    if said is None or said != computed:
        raise Unexpected(f"{said} is not {computed}")


def _fire_timer(top: ProcessWorkflow, payload: Payload) -> None:
    activity, element = _waiting(top, payload["activity"]), payload["element"]
    spec = activity.task_spec
    timer, wait = spec.definition_of(element), spec.wait_of(activity, element)
    _same(payload["timer"], top.identity(f"timer {activity.id} {element}"))
    _same(payload["due"], wait["due"])
    _same(payload["lateBy"], late_by(wait["due"], top.now))
    if payload["lateBy"] < 0:
        raise Unexpected(f"timer of {activity.id} is not due before {wait['due']}")
    missed = timer.skips(wait, top.now) if spec.repeats else 0
    if missed:
        top.emit("TimerSkipped", timer=payload["timer"], missed=missed)
        spec.skip(activity, element, timer.rearm(activity, wait, element))
        return
    spec.fired(activity, element, {})


def late_by(due: str, at: datetime) -> float:
    """Seconds between a due time and its firing."""
    return round((at - moment(due)).total_seconds(), 3)


def _note_job(top: ProcessWorkflow, payload: Payload) -> None:
    """Somebody is about to do it; no token moves."""
    _with_job(top, payload)


def _complete_job(top: ProcessWorkflow, payload: Payload) -> None:
    activity = _with_job(top, payload)
    activity.task_spec.completed(activity, payload["values"])


def _fail_job(top: ProcessWorkflow, payload: Payload) -> None:
    activity = _with_job(top, payload)
    activity.task_spec.failed(activity, payload["message"], payload["retries"], payload.get("incidentCode"))


def _throw_from_job(top: ProcessWorkflow, payload: Payload) -> None:
    activity = _with_job(top, payload)
    activity.task_spec.thrown(activity, payload["code"], payload["message"], payload["values"])


def _with_job(top: ProcessWorkflow, payload: Payload) -> Activity:
    """The activity that waits for a job."""
    activity = _at(top, payload["activity"])
    _same(payload["job"], activity.internal_data.get("job"))
    return activity


def _publish_paper(top: ProcessWorkflow, payload: Payload) -> None:
    activity = _at(top, payload["activity"])
    _same(payload["paper"], activity.internal_data.get("job"))
    if not isinstance(activity.task_spec, PaperTask):
        raise Unexpected(f"activity {activity.id} makes no paper")
    activity.task_spec.completed(activity, {})


def _mend(top: ProcessWorkflow, payload: Payload) -> None:
    if not (own := _scopes_of(top, payload.get("scope", ""))):
        raise Unexpected(f"no variables of {payload['scope']}")
    homes = {
        name: next((scope for scope in own if dict.__contains__(scope, name)), own[0]) for name in payload["values"]
    }
    for scope in own:
        scope.declare({name: value for name, value in payload["values"].items() if homes[name] is scope})


def _suspend(top: ProcessWorkflow, payload: Payload) -> None:
    top.suspended = True


def _resume(top: ProcessWorkflow, payload: Payload) -> None:
    """Conditions that became true meanwhile are looked at now."""
    if not top.suspended:
        raise Unexpected("the instance is not suspended")
    top.suspended, top.written = False, True


def _scopes_of(top: ProcessWorkflow, id: str) -> list[Variables]:
    """The variables of the process, or of an activity."""
    owners = owners_of(id) if id else ("",)
    return sorted(
        (scope for scope in top.scopes() if scope.owner in owners), key=lambda scope: owners.index(scope.owner)
    )


def _retry(top: ProcessWorkflow, payload: Payload) -> None:
    place = next((place for place, incident in top.incidents.items() if incident == payload["incident"]), None)
    if place is None:
        raise Unexpected(f"incident {payload['incident']} is not open")
    top.resolve(place)
    top.written = True
    activity = top.find(place)
    if activity is None:
        return
    if activity._state in (FUTURE, READY):
        _run(top, activity)
    else:
        activity.task_spec.retried(activity)


def _run(top: ProcessWorkflow, activity: Activity) -> None:
    """Do an activity's step now, before what is in the queue."""
    try:
        if activity._state == FUTURE:
            activity.task_spec._update(activity)
        else:
            activity.run()
    except StepFailed as failure:
        top.fail(activity, failure)


def _continue(top: ProcessWorkflow, payload: Payload) -> None:
    _same(payload["job"], top.continuing)
    top.continuing, top.written = None, True


def _dispatched(top: ProcessWorkflow, payload: Payload) -> None:
    top.sent.remove(payload["job"])


def _cancel(top: ProcessWorkflow, payload: Payload) -> None:
    top.end("terminated", "ProcessInstanceTerminated")


def _at(top: ProcessWorkflow, id: str) -> Activity:
    if (activity := top.find(id)) is None:
        raise Unexpected(f"no activity {id}")
    return activity


def _waiting(top: ProcessWorkflow, id: str) -> Activity:
    activity = _at(top, id)
    if activity._state != WAITING:
        raise Unexpected(f"activity {id} does not wait")
    return activity


def _note_beside(top: ProcessWorkflow, payload: Payload) -> None:
    """It is about the dossier: no token moves."""


def _accept_dossier(top: ProcessWorkflow, payload: Payload) -> None:
    """No token moves, but what a citizen was told can be reckoned again, and the process knows it from now on."""
    if payload["limit"] is not None:
        _check_due(top, payload)
    if top.state == "running":
        top.scope.declare({CODE: payload["code"], RECEIVED: payload["startedAt"], APPOINTED: payload["due"]})


def _check_due(top: ProcessWorkflow, payload: Payload) -> None:
    if top.calendar is None:
        raise Unexpected("a due time without a calendar")
    due = written(top.calendar.due(moment(payload["startedAt"]), Limit.read(payload["limit"])))
    if due != payload["due"]:
        raise Unexpected(f"the limit ends {due}")


_INPUTS: dict[str, Callable[[ProcessWorkflow, Payload], None]] = {
    "ProcessInstanceStarted": _start,
    "UserTaskClaimed": _note_task,
    "UserTaskReleased": _note_task,
    "UserTaskAssigned": _note_task,
    "UserTaskCompleted": _complete_user_task,
    "MessageDelivered": _deliver,
    "SignalDelivered": _deliver_signal,
    "TimerFired": _fire_timer,
    "JobBegun": _note_job,
    "JobCompleted": _complete_job,
    "JobFailed": _fail_job,
    "JobErrorThrown": _throw_from_job,
    "PaperPublished": _publish_paper,
    "VariablesMended": _mend,
    "IncidentRetried": _retry,
    "Dispatched": _dispatched,
    "DossierAccepted": _accept_dossier,
    "DueTimeExtended": _note_beside,
    "DueTimeRecomputed": _note_beside,
    "NoteAdded": _note_beside,
    "DocumentAdded": _note_beside,
    "PaymentSettled": _note_beside,
    "PaymentRefunded": _note_beside,
    "DossierRated": _note_beside,
    "ProcessInstanceContinued": _continue,
    "ProcessInstanceModified": modify,
    "ProcessInstanceSuspended": _suspend,
    "ProcessInstanceResumed": _resume,
    "ProcessInstanceCancelled": _cancel,
}
_BESIDE = frozenset(
    {
        "DossierAccepted", "DueTimeExtended", "DueTimeRecomputed", "NoteAdded", "DocumentAdded", "PaymentSettled",
        "PaymentRefunded", "DossierRated",
    }
)  # fmt: skip
_AFTER_THE_END = _BESIDE | {"Dispatched"}
_RUNNING = _INPUTS.keys() - _BESIDE - {
    "UserTaskClaimed", "UserTaskReleased", "UserTaskAssigned", "VariablesMended", "ProcessInstanceSuspended",
    "ProcessInstanceResumed", "ProcessInstanceCancelled", "Dispatched", "JobBegun",
}  # fmt: skip
_WHILE_SUSPENDED = _AFTER_THE_END | {"VariablesMended", "ProcessInstanceResumed", "ProcessInstanceCancelled"}
_CHANGING = frozenset({"VariablesMended", "ProcessInstanceResumed"})
"""They move no token themselves, but a condition that somebody waits for may have become true."""
