"""Following: what an instance's records mean for its dossier, in the commit that writes them."""

from __future__ import annotations

from dataclasses import fields
from functools import partial
from typing import TYPE_CHECKING

from engine.domain import dossier as dossiers
from engine.domain.calendar import Limit, local_day
from engine.domain.course import continued
from engine.domain.dossier import CENTRE, Dossier, Ruling
from engine.domain.record import BEGINNING, Cause, Draft, Payload
from engine.domain.values import written
from engine.ports import Queries
from engine.service import escalations, letters
from engine.service.catalog import Catalog

if TYPE_CHECKING:
    from engine.service.live import Live
    from engine.service.work import Work

WITHOUT_UNIT = "000.00.00"
"""What codes begin with where nobody said whose dossier it is."""


def follow(work: Work, live: Live, drafts: list[Draft], cause: Cause) -> None:
    """Bring the instance's dossier up to its latest records; give it its code when it is accepted.

    Raises:
        IllegalStatusMove: a status may not follow on the one before.
    """
    begins = drafts[0][0] == BEGINNING
    if begins and "dossier" not in drafts[0][1]:
        return
    watched = work.loaded(live).compiled.watched
    if not begins and not any(dossiers.concerns(*draft, watched) for draft in drafts):
        return
    before = work.dossier(live.head.id)
    if before is None and not begins:
        return
    ruling = ruling_of(work.unit, work.catalog, live.head.definition_id)
    after = folded(before, drafts, live.head.id, live.head.key, written(cause.at), live.head.starter, ruling)
    if after is None or after == before:
        return
    _stage(work, before, after)
    escalations.follow_dossier(work, before, after)
    if after.ended_at is not None and before is not None and before.ended_at is None:
        letters.settled(work, live, cause)
    if after.accepted_at is not None and (before is None or before.accepted_at is None):
        work.record(live, "DossierAccepted", _acceptance(work, live, after, cause), cause)
        # Another calendar may have come into force since it was handed in: the citizen is told the date by that at once.
        reckon_again(work, live, cause, first=True)
    elif before is not None and before.ended_at is not None and after.ended_at is None:
        # While it was settled, another calendar was not its concern.
        reckon_again(work, live, cause)


def reckon_again(work: Work, live: Live, cause: Cause, *, first: bool = False) -> bool:
    """Record the due time by the calendar that counts now for the unit, where it is another; whether it is."""
    dossier, hash = work.dossier(live.head.id), work.calendar_of(live.head.unit)
    if dossier is None or dossier.calendar is None or hash is None or hash == dossier.calendar:
        return False
    if (clock := dossier.legal_clock) is None:
        return False
    due = written(clock.due(work.catalog.calendar(work.unit, hash)))
    said = {"due": due, "calendar": hash, **({"first": True} if first else {})}
    work.record(live, "DueTimeRecomputed", said, cause)
    return True


def ruling_of(queries: Queries, catalog: Catalog, definition_id: str) -> Ruling:
    """What dossiers of a definition are read by."""
    compiled = catalog.load(queries, definition_id).compiled
    calls = frozenset(call.element_id for call in compiled.calls)
    steps = {step.element_id: dict.fromkeys(step.phases, step.location == CENTRE) for step in compiled.steps}
    return Ruling(compiled.clocks, calls, partial(catalog.calendar, queries), steps)


def folded(
    dossier: Dossier | None, drafts: list[Draft], id: str, key: str, at: str, starter: str | None, ruling: Ruling
) -> Dossier | None:
    """A dossier after the records of one row."""
    before = dossier
    if drafts[0][0] == BEGINNING:
        dossier = dossiers.first(id, key, drafts[0][1], at, starter)
    for kind, payload in drafts:
        dossier = dossiers.follow(dossier, kind, payload, at, ruling)
    return None if dossier is None else continued(before, dossier, at)


def _stage(work: Work, before: Dossier | None, after: Dossier) -> None:
    if before is None:
        work.current.insert(after)
        return
    names = [field.name for field in fields(Dossier) if getattr(before, field.name) != getattr(after, field.name)]
    work.current.update(Dossier, after.id, **{name: getattr(after, name) for name in names})


def _acceptance(work: Work, live: Live, dossier: Dossier, cause: Cause) -> Payload:
    limit = _limit(work, live)
    at, hash = written(cause.at), live.head.calendar
    due = None
    if limit is not None and hash:
        due = written(work.catalog.calendar(work.unit, hash).due(cause.at, Limit.read(limit)))
    return {
        "code": dossier.code or _code(work, live.head.unit, local_day(cause.at)),
        "limit": limit if due else None,
        "startedAt": at,
        "due": due,
        "calendar": hash,
    }


def _limit(work: Work, live: Live) -> str | None:
    """The legal limit of an instance's procedure, as procedure.toml says it beside the diagram."""
    said = next((limit for limit in work.loaded(live).procedure.limits if not limit.name), None)
    return None if said is None else said.rule


def _code(work: Work, unit: str | None, day: str) -> str:
    """The agency's code, the day of receipt, and a number that is without gap for both (Nghị định 61/2018/NĐ-CP).

    Numbers that another system has named ahead are passed over: they have their dossier.
    """
    beginning = f"{unit or WITHOUT_UNIT}-{day[2:4]}{day[5:7]}{day[8:10]}"
    while work.unit.dossier_by_code(code := f"{beginning}-{work.next_number(beginning):04}") is not None:
        pass
    return code
