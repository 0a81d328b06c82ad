"""Queries for process definitions, deployments and what they are made of."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import func, select

from adapters.database.listing import Listing
from adapters.database.reader import Reader, by_ids, equal, rows_of
from adapters.database.rows import APPROVALS, DEFINITIONS, DEPLOYMENTS, START_EVENTS
from adapters.database.statement import OneOf, Statement, given
from adapters.database.tables import approvals, contents, process_definitions, start_events
from engine.domain.approval import Approval
from engine.domain.definition import Deployment, ProcessDefinition, StartEvent
from engine.ports import Listed, Page

_newer = process_definitions.alias("newer")

_DEFINITIONS = Listing(DEFINITIONS, "created_at", "id")
_DEFINITION = Statement(by_ids(DEFINITIONS))
_LATEST = Statement(
    rows_of(
        DEFINITIONS,
        OneOf(process_definitions.c["key"], "keys"),
        process_definitions.c.version
        == select(func.max(_newer.c.version))
        .where(_newer.c.tenant == process_definitions.c.tenant, _newer.c["key"] == process_definitions.c["key"])
        .scalar_subquery(),
    )
)
_DEPLOYMENT = Statement(rows_of(DEPLOYMENTS, *equal(DEPLOYMENTS, "id")))
_CONTENTS = Statement(
    select(contents.c.hash, contents.c.content).where(
        contents.c.tenant == given("tenant"), OneOf(contents.c.hash, "hashes")
    )
)
_START_EVENTS = Statement(rows_of(START_EVENTS, *equal(START_EVENTS, "kind", "name")).order_by(start_events.c.id))
_START_EVENTS_OF = Statement(rows_of(START_EVENTS, OneOf(start_events.c["key"], "keys")).order_by(start_events.c.id))

_APPROVALS_OF = Statement(rows_of(APPROVALS, OneOf(approvals.c["key"], "keys")).order_by(approvals.c.id))


class DefinitionQueries(Reader):
    """What was published."""

    def process_definition(self, id: str) -> ProcessDefinition | None:
        """One definition by its id."""
        return self._one(DEFINITIONS, _DEFINITION, ids=[id])

    def latest_definitions(self, keys: Collection[str]) -> Mapping[str, ProcessDefinition]:
        """The newest version of each key."""
        if not keys:
            return {}
        return {found.key: found for found in self._all(DEFINITIONS, _LATEST, keys=list(keys))}

    def process_definitions(self, key: str | None, page: Page) -> Listed[ProcessDefinition]:
        """Definitions of one key or of all, newest first."""
        return _DEFINITIONS.page(self._connection, page, tenant=self._tenant, key=key)

    def deployment(self, id: str) -> Deployment | None:
        """One upload by its id."""
        return self._one(DEPLOYMENTS, _DEPLOYMENT, id=id)

    def contents(self, hashes: Collection[str]) -> Mapping[str, bytes]:
        """Files and reference data by the SHA-256 of their bytes."""
        if not hashes:
            return {}
        return dict(self._rows(_CONTENTS, hashes=list(hashes)))

    def approvals_of(self, keys: Collection[str]) -> Sequence[Approval]:
        """Every approval of versions of these keys."""
        return self._all(APPROVALS, _APPROVALS_OF, keys=list(keys)) if keys else []

    def start_events(self, kind: str, name: str) -> Sequence[StartEvent]:
        """What a message or signal of that name starts."""
        return self._all(START_EVENTS, _START_EVENTS, kind=kind, name=name)

    def start_events_of(self, keys: Collection[str]) -> Sequence[StartEvent]:
        """Every start event of these keys."""
        return self._all(START_EVENTS, _START_EVENTS_OF, keys=list(keys)) if keys else []
