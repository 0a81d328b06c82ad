"""Waits: what keeps an instance where it stands, since when, until when, and who can end it."""

from __future__ import annotations

from dataclasses import dataclass

from engine.domain.access import Role


@dataclass(frozen=True, slots=True)
class Who:
    """Who can end a wait: nobody has to where there are no roles, time or the service itself does.

    ``person`` is the one whose work it is; ``groups`` (none: everybody) and ``unit`` are those of a user task, ``but``
    the persons who may not do it because they did a step that needs other eyes; ``topic`` is that of a worker's job.
    """

    roles: tuple[Role, ...] = ()
    person: str | None = None
    groups: tuple[str, ...] = ()
    unit: str | None = None
    but: tuple[str, ...] = ()
    topic: str | None = None


@dataclass(frozen=True, slots=True)
class Wait:
    """One reason why an instance does not move.

    ``kind`` is ``userTask``, ``timer``, ``message``, ``signal``, ``job`` (another system's), ``own`` (the service's
    own work), ``incident`` or ``suspension``; ``id`` that of the task, job or incident; ``until`` when work is due, a
    timer fires or a job is tried again. ``vi`` and ``en`` say it in one sentence for people.
    """

    kind: str
    since: str
    who: Who
    vi: str
    en: str
    element_id: str | None = None
    element_name: str | None = None
    id: str | None = None
    until: str | None = None
