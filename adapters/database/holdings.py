"""Queries for what dossiers hold: documents handed in, payments."""

from __future__ import annotations

from collections.abc import Sequence

from adapters.database.listing import Listing
from adapters.database.reader import Reader, equal, rows_of
from adapters.database.rows import ATTACHMENTS, PAYMENTS
from adapters.database.statement import Statement
from adapters.database.tables import attachments, payments
from engine.domain.attachment import Attachment
from engine.domain.payment import Payment
from engine.ports import Listed, Page

_ATTACHMENT = Statement(rows_of(ATTACHMENTS, *equal(ATTACHMENTS, "id")))
_ATTACHMENTS = Statement(
    rows_of(ATTACHMENTS, *equal(ATTACHMENTS, "instance_id")).order_by(attachments.c.added_at, attachments.c.id)
)
_ATTACHMENT_LIST = Listing(ATTACHMENTS, "added_at", "id")
_PAYMENT = Statement(rows_of(PAYMENTS, *equal(PAYMENTS, "id")))
_PAYMENTS = Statement(rows_of(PAYMENTS, *equal(PAYMENTS, "instance_id")).order_by(payments.c.paid_at, payments.c.id))
_PAYMENT_LIST = Listing(PAYMENTS, "paid_at", "id")


class HoldingQueries(Reader):
    """Documents and payments of dossiers."""

    def attachment(self, id: str) -> Attachment | None:
        """One document of a dossier, by its id."""
        return self._one(ATTACHMENTS, _ATTACHMENT, id=id)

    def attachments_of(self, instance_id: str) -> Sequence[Attachment]:
        """All documents of a dossier, in the order in which they came."""
        return self._all(ATTACHMENTS, _ATTACHMENTS, instance_id=instance_id)

    def list_attachments(self, instance_id: str, page: Page) -> Listed[Attachment]:
        """Documents of a dossier, the last added first."""
        return _ATTACHMENT_LIST.page(self._connection, page, tenant=self._tenant, instance_id=instance_id)

    def payment(self, id: str) -> Payment | None:
        """One payment, by its id."""
        return self._one(PAYMENTS, _PAYMENT, id=id)

    def payments_of(self, instance_id: str) -> Sequence[Payment]:
        """All payments of a dossier, in the order in which they came."""
        return self._all(PAYMENTS, _PAYMENTS, instance_id=instance_id)

    def list_payments(self, instance_id: str, page: Page) -> Listed[Payment]:
        """Payments of a dossier, the last first."""
        return _PAYMENT_LIST.page(self._connection, page, tenant=self._tenant, instance_id=instance_id)
