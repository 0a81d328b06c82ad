"""Which function carries out which command."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from engine.service import (
    accesses,
    approvals,
    archive,
    batches,
    calendars,
    calls,
    deployments,
    dossiers,
    inbound,
    incidents,
    jobs,
    keys,
    messages,
    modification,
    organisations,
    outbox,
    own_jobs,
    papers,
    process_instances,
    signals,
    standing,
    subscriptions,
    timers,
    user_tasks,
    users,
)
from engine.service import clock as clocks
from engine.service.work import Live, Work

HANDLERS: dict[type, Callable[..., Any]] = {
    approvals.ApproveDefinition: approvals.approve,
    archive.ArchiveInstance: archive.archive,
    batches.CancelBatch: batches.cancel,
    batches.CompleteBatch: batches.complete,
    batches.CreateBatch: batches.create,
    batches.DoBatchItem: batches.do_item,
    batches.PauseBatch: batches.pause,
    batches.ResumeBatch: batches.resume,
    accesses.RecordRead: accesses.record_read,
    calls.AnswerCall: calls.answer,
    calls.BeginCall: calls.begin,
    calendars.PublishCalendar: calendars.publish,
    clocks.SetVirtualTime: clocks.set_time,
    deployments.Deploy: deployments.deploy,
    dossiers.AddNote: dossiers.add_note,
    dossiers.ExtendDueTime: dossiers.extend,
    dossiers.OpenDossier: dossiers.open_,
    dossiers.RecomputeDueTime: dossiers.recompute,
    dossiers.TellDossier: dossiers.tell,
    inbound.ResolvePacket: inbound.resolve,
    inbound.RetryPacket: inbound.retry,
    inbound.TakeNotice: inbound.take,
    incidents.RetryIncident: incidents.retry,
    jobs.CompleteJob: jobs.complete,
    jobs.ExtendJob: jobs.extend,
    jobs.FailJob: jobs.fail,
    jobs.FetchJobs: jobs.fetch,
    jobs.ThrowJobError: jobs.throw,
    keys.CreateApiKey: keys.create,
    keys.RevokeApiKey: keys.revoke,
    messages.CorrelateMessage: messages.correlate,
    messages.DeliverBuffered: messages.deliver_late,
    messages.DispatchMessage: messages.dispatch,
    messages.ForgetExpired: partial(messages.forget, on_expiry=inbound.park_expired),
    modification.ModifyProcessInstance: modification.modify,
    organisations.PublishOrganisation: organisations.publish,
    process_instances.CancelProcessInstance: process_instances.cancel,
    process_instances.ContinueProcessInstance: process_instances.continue_,
    process_instances.MendVariables: process_instances.mend_variables,
    process_instances.ResumeProcessInstance: process_instances.resume,
    process_instances.StartProcessInstance: process_instances.start,
    process_instances.SuspendProcessInstance: process_instances.suspend,
    outbox.BeginTelling: outbox.begin,
    outbox.NoteTelling: outbox.note,
    papers.BeginPaper: papers.begin,
    papers.FailPaper: papers.fail,
    papers.PublishPaper: papers.publish,
    own_jobs.PostponeJob: own_jobs.postpone,
    own_jobs.RunJob: own_jobs.run,
    own_jobs.TakeDueJobs: own_jobs.take,
    signals.BroadcastSignal: signals.broadcast,
    signals.DispatchSignal: signals.dispatch,
    subscriptions.AddSecret: subscriptions.add_secret,
    subscriptions.CreateSubscription: subscriptions.create,
    subscriptions.DeleteSubscription: subscriptions.delete,
    subscriptions.NoteDelivered: subscriptions.note_delivered,
    subscriptions.NoteUndelivered: subscriptions.note_undelivered,
    subscriptions.PauseSubscription: subscriptions.pause,
    subscriptions.RemoveSecret: subscriptions.remove_secret,
    subscriptions.ReplaySubscription: subscriptions.replay,
    subscriptions.ResumeSubscription: subscriptions.resume,
    subscriptions.TakeSubscription: subscriptions.take,
    timers.FireStartTimer: timers.fire_start,
    timers.FireTimer: timers.fire,
    user_tasks.AssignUserTask: user_tasks.assign,
    user_tasks.ClaimUserTask: user_tasks.claim,
    user_tasks.CompleteUserTask: user_tasks.complete,
    user_tasks.ReleaseUserTask: user_tasks.release,
    users.PublishUser: users.publish,
}

_SETTLED: dict[type, Callable[[Work, Any], Any]] = {
    Live: standing.decided,
    modification.Modifying: modification.modified,
    user_tasks.Completing: user_tasks.completed,
}


def settled(work: Work, result: Any) -> Any:
    """What a caller may keep of a result: a live instance goes on changing with the commands after it."""
    settle = _SETTLED.get(type(result))
    return result if settle is None else settle(work, result)
