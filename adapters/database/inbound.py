"""Queries for what outside systems sent, and are expected to send."""

from __future__ import annotations

from collections.abc import Sequence

from adapters.database.listing import Listing
from adapters.database.reader import Reader, equal, rows_of
from adapters.database.rows import EXPECTATIONS, INBOUND_PACKETS
from adapters.database.statement import Statement
from adapters.database.tables import OPEN, expectations
from engine.domain.inbound import Expectation, InboundPacket
from engine.ports import Listed, Page

_BY_ID = Statement(rows_of(INBOUND_PACKETS, *equal(INBOUND_PACKETS, "id")))
_BY_REFERENCE = Statement(rows_of(INBOUND_PACKETS, *equal(INBOUND_PACKETS, "connector", "service", "reference")))
_LIST = Listing(INBOUND_PACKETS, "received_at", "id")
EXPECTATION_LOCKED = Statement(rows_of(EXPECTATIONS, *equal(EXPECTATIONS, "id")).with_for_update())
_OPEN = Statement(
    rows_of(EXPECTATIONS, *equal(EXPECTATIONS, "instance_id"), expectations.c.state == OPEN).order_by(
        expectations.c.created_at, expectations.c.id
    )
)
_OF_DOSSIER = Statement(rows_of(EXPECTATIONS, *equal(EXPECTATIONS, "connector", "dossier")))


class InboundQueries(Reader):
    """What outside systems sent, and are expected to send."""

    def inbound_packet(self, id: str) -> InboundPacket | None:
        """One notice by its id."""
        return self._one(INBOUND_PACKETS, _BY_ID, id=id)

    def inbound_packets_of(self, connector: str, service: str, reference: str) -> Sequence[InboundPacket]:
        """Everything that a system has sent under one reference of its own."""
        return self._all(INBOUND_PACKETS, _BY_REFERENCE, connector=connector, service=service, reference=reference)

    def list_inbound_packets(self, state: str | None, page: Page) -> Listed[InboundPacket]:
        """Notices, the last received first."""
        return _LIST.page(self._connection, page, tenant=self._tenant, state=state)

    def expectations_of(self, connector: str, dossier: str) -> Sequence[Expectation]:
        """What a system is, or was, expected to send for a dossier."""
        return self._all(EXPECTATIONS, _OF_DOSSIER, connector=connector, dossier=dossier)

    def open_expectations_of(self, instance_id: str) -> Sequence[Expectation]:
        """What is still to be paid of what an instance was asked for, oldest first."""
        return self._all(EXPECTATIONS, _OPEN, instance_id=instance_id)
