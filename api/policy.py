"""Policies: what a caller must be allowed to do for a route, and which role is. What is not in the table is denied.

A route without a policy keeps the service from starting.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, TypeVar

from flask import Flask

from engine.domain.access import EVERYBODY, Principal, Reach, Role

View = TypeVar("View", bound=Callable[..., Any])


class Policy(StrEnum):
    """What is done under a route."""

    OPEN = "open"
    """Anybody, without a key."""
    ORGANISATION = "organisation"
    """See the tree of units."""
    MONITOR = "monitor"
    """See the service's counters."""
    DEFINITIONS = "definitions"
    """See what was published."""
    STATISTICS = "statistics"
    """See how its elements fare."""
    FIGURES = "figures"
    """See how the offices did."""
    DESIGN = "design"
    """Publish."""
    APPROVE = "approve"
    """Let a version of a procedure count."""
    START = "start"
    MESSAGE = "message"
    SIGNAL = "signal"
    """Speak to every dossier that listens."""
    INSTANCES = "instances"
    """See where dossiers stand."""
    DOSSIERS = "dossiers"
    """See what is in a dossier, and who did what."""
    TASKS = "tasks"
    """See work."""
    WORK = "work"
    """Do it."""
    INCIDENTS = "incidents"
    """See what is stuck."""
    OPERATE = "operate"
    """Mend, suspend, resume, cancel, try again."""
    JOBS = "jobs"
    """Do what service tasks ask for."""
    EVENTS = "events"
    """Follow what happens, without what is in dossiers."""
    SUBSCRIPTIONS = "subscriptions"
    """Have it sent to other systems."""
    AUDIT = "audit"
    """See the log and have it proved."""
    ACCESS = "access"
    """See who may enter."""
    ADMINISTER = "administer"
    """Say who may enter, and what the time is where it is virtual."""


_OF = Policy
RIGHTS: Mapping[Role, frozenset[Policy]] = {
    Role.PORTAL: frozenset({_OF.ORGANISATION, _OF.START, _OF.MESSAGE, _OF.INSTANCES, _OF.DOSSIERS, _OF.EVENTS}),
    Role.OFFICER: frozenset({_OF.ORGANISATION, _OF.FIGURES, _OF.START, _OF.INSTANCES, _OF.DOSSIERS, _OF.TASKS, _OF.WORK}),
    Role.ANALYST: frozenset({_OF.ORGANISATION, _OF.DEFINITIONS, _OF.STATISTICS, _OF.FIGURES, _OF.DESIGN}),
    Role.APPROVER: frozenset({_OF.ORGANISATION, _OF.DEFINITIONS, _OF.APPROVE}),
    Role.OPERATOR: frozenset(
        {
            _OF.ORGANISATION, _OF.MONITOR, _OF.DEFINITIONS, _OF.STATISTICS, _OF.FIGURES, _OF.INSTANCES, _OF.INCIDENTS, _OF.OPERATE,
            _OF.JOBS, _OF.EVENTS, _OF.SUBSCRIPTIONS,
        }
    ),
    Role.AUDITOR: frozenset(
        {
            _OF.ORGANISATION, _OF.MONITOR, _OF.DEFINITIONS, _OF.STATISTICS, _OF.FIGURES, _OF.INSTANCES, _OF.DOSSIERS, _OF.TASKS,
            _OF.INCIDENTS, _OF.AUDIT, _OF.ACCESS, _OF.EVENTS,
        }
    ),
    Role.WORKER: frozenset({_OF.ORGANISATION, _OF.JOBS}),
    Role.ADMIN: frozenset(Policy),
}  # fmt: skip
"""The one table of rights."""
FOR_OTHERS = frozenset({Role.PORTAL, Role.WORKER, Role.ADMIN})
"""Who may act on behalf of somebody."""
_EVERYWHERE = frozenset({Role.AUDITOR, Role.ADMIN, Role.OPERATOR, Role.ANALYST})
"""Whose rights are over all dossiers."""
RECORDED = frozenset({Policy.DOSSIERS, Policy.AUDIT})
"""Reading under these is written down whoever reads, but a portal its own dossiers."""
RECORDED_OF_AUDITORS = RECORDED | {Policy.INSTANCES, Policy.TASKS, Policy.INCIDENTS}


def roles_for(principal: Principal, policy: Policy) -> frozenset[Role]:
    """Those of somebody's roles that let him do it."""
    return frozenset(role for role, rights in RIGHTS.items() if role in principal.roles and policy in rights)


def reach_of(principal: Principal, policy: Policy, person: str) -> Reach | None:
    """What he reaches under a policy: what the roles that allow it reach together; None is all there is."""
    roles = roles_for(principal, policy)
    if roles & _EVERYWHERE or not roles & {Role.PORTAL, Role.OFFICER}:
        return None
    officer = Role.OFFICER in roles
    return Reach(
        principal.name if Role.PORTAL in roles else None,
        person if officer else None,
        (*EVERYBODY, *principal.groups) if officer else (),
        tuple(sorted(principal.units)) if officer else (),
    )


DOSSIER, JOB = "dossier", "job"
"""Whose values can be hidden."""


def hidden_from(principal: Principal) -> frozenset[str]:
    """Whose values he does not see: an operator mends what he need not read, a worker needs what its job was given."""
    if principal.roles & {Role.AUDITOR, Role.ADMIN}:
        return frozenset()
    if Role.OPERATOR in principal.roles:
        return frozenset({DOSSIER, JOB})
    return frozenset() if principal.roles & {Role.PORTAL, Role.OFFICER} else frozenset({DOSSIER})


def is_recorded(principal: Principal, policy: Policy) -> bool:
    """Whether what he reads under a policy is written down."""
    if Role.AUDITOR in principal.roles:
        return policy in RECORDED_OF_AUDITORS
    return policy in RECORDED and roles_for(principal, policy) != {Role.PORTAL}


def allows(policy: Policy) -> Callable[[View], View]:
    """Declare a view's policy."""

    def declare(view: View) -> View:
        view.policy = policy  # type: ignore[attr-defined]
        return view

    return declare


def policies(app: Flask) -> dict[str, Policy]:
    """The policy of every endpoint.

    Raises:
        LookupError: a route has none.
    """
    found = {}
    for rule in app.url_map.iter_rules():
        policy = getattr(app.view_functions[rule.endpoint], "policy", None)
        if policy is None:
            raise LookupError(f"{rule.rule} declares no policy")
        found[rule.endpoint] = policy
    return found
