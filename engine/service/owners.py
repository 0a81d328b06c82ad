"""Whose dossier it is: what papers and outside systems are told of the owner comes from one place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from engine.domain.owner import Owner, read_owner
from engine.domain.reading import Reading

if TYPE_CHECKING:
    from engine.service.work import Live, Work


def owner_of(work: Work, live: Live) -> Owner:
    """What the procedure of an instance says of owners; nothing where it has no such table."""
    said = work.catalog.load(work.unit, live.head.definition_id).definition.procedure.get("owner")
    return Owner() if said is None else read_owner(Reading(said))


def variables(live: Live) -> dict[str, Any]:
    """The variables of the process itself, as the records so far left them."""
    content: dict[str, Any] = orjson.loads((live.scopes or {}).get("", b"{}"))
    return content
