"""The tree of units: reference data, immutable, found by the hash of its bytes."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import orjson

from engine.domain.errors import InvalidValues
from engine.domain.organisation import Organisation, faults
from engine.service import calendars
from engine.service.command import Command, Sender
from engine.service.work import Work


@dataclass(frozen=True, slots=True)
class PublishOrganisation(Command):
    """Bring a tree of units into force, from now on, for all dossiers."""

    content: Any = None


def publish(work: Work, command: PublishOrganisation, by: Sender) -> str:
    """Store a tree; its hash.

    Raises:
        InvalidValues: it contradicts itself.
    """
    if found := faults(command.content):
        raise InvalidValues(found)
    content = orjson.dumps(command.content, option=orjson.OPT_SORT_KEYS)
    hash = sha256(content).hexdigest()
    work.flush()
    if work.unit.organisation_hash() == hash:
        return hash
    work.current.contents[hash] = content
    work.current.organisation = hash
    work.administer("OrganisationPublished", {"organisation": hash}, work.cause(by))
    calendars.renew(work, Organisation.from_json(command.content), by)
    return hash
