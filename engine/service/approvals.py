"""Approvals: a version of a procedure counts from the day that a named person, other than who deployed it, has laid down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.domain.approval import Approval, approved, in_force
from engine.domain.calendar import local_day
from engine.domain.definition import ProcessDefinition, StartEvent
from engine.domain.errors import ApproverIsDeployer, NotFound, NotInCatalogue, NoVersionInForce, Problem
from engine.domain.procedure import Procedure, catalogued
from engine.domain.values import written
from engine.service.catalog import Loaded
from engine.service.command import Command, Sender
from engine.service.work import Work


@dataclass(frozen=True, slots=True)
class ApproveDefinition(Command):
    """Let a version count from a day on. Approving again changes its days; every approval stays in the log."""

    definition_id: str
    reason: str
    legal_document: str
    valid_from: str
    valid_until: str | None = None


@dataclass(frozen=True, slots=True)
class Approved:
    """What came of it."""

    approval: Approval
    warnings: tuple[Problem, ...]


def approve(work: Work, command: ApproveDefinition, by: Sender) -> Approved:
    """Approve a version.

    Raises:
        NotFound, NotInCatalogue: there is no such definition, or it says nothing of its procedure.
        ApproverIsDeployer: four eyes.
    """
    work.flush()
    definition = work.unit.process_definition(command.definition_id)
    if definition is None:
        raise NotFound(what="process definition", id=command.definition_id)
    procedure = catalogued(definition.procedure)
    if procedure is None:
        raise NotInCatalogue(id=definition.id)
    _check_four_eyes(work, definition, by)
    cause = work.cause(by)
    payload = {
        "definition": definition.id,
        "key": definition.key,
        "version": definition.version,
        "code": procedure.code,
        "hash": definition.hash,
        "validFrom": command.valid_from,
        "validUntil": command.valid_until,
        "reason": command.reason,
        "legalDocument": command.legal_document,
    }
    work.administer("DefinitionApproved", payload, cause)
    approval = approved(payload, written(cause.at), by.person)
    _stage(work, approval)
    day = max(command.valid_from, local_day(cause.at))
    return Approved(approval, tuple(ended_bases(definition.file, procedure, day)))


def _check_four_eyes(work: Work, definition: ProcessDefinition, by: Sender) -> None:
    deployment = work.unit.deployment(definition.deployment_id)
    if deployment is not None and deployment.created_by in (by.person, by.actor):
        raise ApproverIsDeployer(id=definition.id, person=by.person)


def _stage(work: Work, approval: Approval) -> None:
    if any(each.id == approval.id for each in work.unit.approvals_of([approval.key])):
        fields = {name: getattr(approval, name) for name in Approval.__dataclass_fields__ if name != "id"}
        work.current.update(Approval, approval.id, **fields)
    else:
        work.current.insert(approval)


def ended_bases(file: str, procedure: Procedure, day: str) -> list[Problem]:
    """Warnings of legal bases that have ended by a day."""
    return [
        Problem(
            file,
            "legalBasisEnded",
            f"Căn cứ pháp lý “{basis.text}” đã hết hiệu lực từ sau ngày {basis.said.valid_until}; hãy thay bằng văn bản đang có hiệu lực.",
            f"The legal basis '{basis.text}' has ended after {basis.said.valid_until}; name the one that is in force.",
            facts={"text": basis.text, "validUntil": basis.said.valid_until},
        )
        for basis in procedure.ended(day)
    ]


def chosen(work: Work, key: str, day: str | None = None) -> ProcessDefinition | None:
    """The version that a dossier submitted on a day (today) begins with: the newest, or where approval is required the one in force.

    Raises:
        NoVersionInForce: approval is required, and no version of the procedure is approved for the day.
    """
    latest = work.latest([key]).get(key)
    if latest is None or not work.catalog.approval_required:
        return latest
    approvals = _approvals(work, key)
    if not approvals and not latest.procedure.get("code"):
        return latest
    day = day or local_day(work.clock.now())
    approval = in_force(approvals, day)
    if approval is None:
        raise NoVersionInForce(key=key, day=day)
    return work.unit.process_definition(approval.id)


def _approvals(work: Work, key: str) -> Sequence[Approval]:
    """Those of this batch included."""
    if work.staged.rows.get(Approval):
        work.flush()
    return work.unit.approvals_of([key])


def check_in_force(work: Work, definition: ProcessDefinition) -> None:
    """Whoever names a version may not go past its approval.

    Raises:
        NoVersionInForce: approval is required, and this version is not approved for today.
    """
    if not work.catalog.approval_required:
        return
    approvals = _approvals(work, definition.key)
    if not approvals and not definition.procedure.get("code"):
        return
    day = local_day(work.clock.now())
    if not any(each.id == definition.id and each.holds(day) for each in approvals):
        raise NoVersionInForce(key=f"{definition.key} v{definition.version}", day=day)


def started_by(work: Work, start: StartEvent) -> Loaded:
    """What a message, signal or timer starts: the version in force, where that has the start event.

    Raises:
        NoVersionInForce: approval is required, and there is none, or it has no such start.
    """
    if not work.catalog.approval_required:
        return work.catalog.load(work.unit, start.definition_id)
    definition = chosen(work, start.key)
    assert definition is not None
    loaded = work.catalog.load(work.unit, definition.id)
    if all(each.element_id != start.element_id for each in loaded.compiled.starts):
        raise NoVersionInForce(key=f"{start.key}/{start.element_id}", day=local_day(work.clock.now()))
    return loaded


def started_if_in_force(work: Work, start: StartEvent) -> Loaded | None:
    """The same for what speaks to many, or to nobody in particular: one procedure without a version must not stop the others."""
    try:
        return started_by(work, start)
    except NoVersionInForce:
        return None
