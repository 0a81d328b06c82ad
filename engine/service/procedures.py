"""The catalogue: procedures by code, each with its versions, how far they have come, and what of their law has ended."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from engine.domain.approval import Approval, Standing, in_force, standing
from engine.domain.calendar import local_day
from engine.domain.definition import ProcessDefinition
from engine.domain.errors import NotFound
from engine.domain.procedure import LegalBasis, Procedure, catalogued
from engine.domain.values import moment
from engine.ports import Page, Queries, every
from engine.service.catalog import Catalog

MOST_NAMED = 200
"""Running instances that are named of one version."""


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a procedure, as it stands on a day."""

    definition: ProcessDefinition
    procedure: Procedure
    approval: Approval | None
    standing: Standing
    ended: tuple[LegalBasis, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A procedure in the catalogue. ``shown`` is the version that counts, else the newest."""

    code: str
    shown: Version
    versions: tuple[Version, ...]


@dataclass(frozen=True, slots=True)
class UnderEndedLaw:
    """A version whose law has ended, and the instances that still run by it; ``more`` when not all are named."""

    version: Version
    instance_ids: tuple[str, ...]
    more: bool


def entries(
    queries: Queries, catalog: Catalog, day: str, *, field: str | None = None, level: str | None = None
) -> list[Entry]:
    """The procedures deployed until a day, by code."""
    by_code: dict[str, list[Version]] = {}
    for version in _versions(queries, catalog, day):
        by_code.setdefault(version.procedure.code, []).append(version)
    found = [_entry(code, versions) for code, versions in sorted(by_code.items())]
    return [entry for entry in found if _meets(entry.shown.procedure, field, level)]


def entry(queries: Queries, catalog: Catalog, code: str, day: str) -> Entry:
    """One procedure.

    Raises:
        NotFound: none of that code was deployed until that day.
    """
    for found in entries(queries, catalog, day):
        if found.code == code:
            return found
    raise NotFound(what="procedure", id=code)


def _entry(code: str, versions: list[Version]) -> Entry:
    """The newest deployed comes first."""
    shown = next((each for each in versions if each.standing is Standing.PUBLISHED), versions[0])
    return Entry(code, shown, tuple(versions))


def _meets(procedure: Procedure, field: str | None, level: str | None) -> bool:
    return field in (None, procedure.field) and (level is None or level in procedure.levels)


def _versions(queries: Queries, catalog: Catalog, day: str) -> Iterator[Version]:
    """Every version of a procedure that was there on a day, the newest first."""
    definitions = [
        each
        for each in every(lambda page: queries.process_definitions(None, page))
        if local_day(moment(each.created_at)) <= day
    ]
    approvals = {each.id: each for each in queries.approvals_of({each.key for each in definitions})}
    published = _published(definitions, approvals.values(), day, required=catalog.approval_required)
    for definition in definitions:
        procedure = catalogued(definition.procedure)
        if procedure is not None:
            approval = approvals.get(definition.id)
            how_far = standing(approval, published.get(definition.key), day)
            if not catalog.approval_required:
                how_far = _without_approval(definition, published, how_far)
            yield Version(definition, procedure, approval, how_far, procedure.ended(day))


def _published(
    definitions: Iterable[ProcessDefinition], approvals: Iterable[Approval], day: str, *, required: bool
) -> dict[str, str]:
    """The definition of each key that dossiers of a day begin with."""
    if not required:
        newest = sorted(definitions, key=lambda each: each.version)
        return {each.key: each.id for each in newest}
    by_key: dict[str, list[Approval]] = {}
    for approval in approvals:
        by_key.setdefault(approval.key, []).append(approval)
    chosen = {key: in_force(each, day) for key, each in by_key.items()}
    return {key: approval.id for key, approval in chosen.items() if approval is not None}


def _without_approval(definition: ProcessDefinition, published: dict[str, str], how_far: Standing) -> Standing:
    """Where approval is not required the newest counts, whoever has approved what."""
    return Standing.PUBLISHED if published.get(definition.key) == definition.id else Standing.SUPERSEDED


def under_ended_law(queries: Queries, catalog: Catalog, day: str) -> list[UnderEndedLaw]:
    """The versions whose law has ended by a day and by which instances still run."""
    found = []
    for version in _versions(queries, catalog, day):
        if version.ended:
            page = queries.running_of_definition(version.definition.id, Page(MOST_NAMED, None))
            if page.rows:
                found.append(UnderEndedLaw(version, tuple(page.rows), page.next is not None))
    return found
