"""What every store must do for documents and payments of dossiers."""

from __future__ import annotations

from dataclasses import replace

from adapters.database.store import DatabaseStore
from engine.domain.attachment import Attachment
from engine.domain.inbound import Expectation
from engine.domain.payment import Payment
from tests.contracts.samples import at
from tests.contracts.steps import ids, keep, walk

DOCUMENT = Attachment(
    "d-1", "i-1", "a" * 64, "application/pdf", 5, 2, "Bản vẽ", "Bản vẽ (mẫu).pdf", 1, 0, 1, at(1), "lan"
)
PAYMENT = Payment("p-1", "i-1", "BL-1", 2**40, "counter", "cash", None, None, "settled", at(1), "lan")
EXPECTED = Expectation("x/r-1", "x", "r-1", "HS-1", 5, "i-1", "open", None, at(1))


def test_what_a_dossier_holds_in_the_order_in_which_it_came(store: DatabaseStore) -> None:
    """Whole, page by page, and nothing of another dossier's."""
    keep(store, *(replace(DOCUMENT, id=f"{n}", added_at=at(n)) for n in (3, 1, 2)))
    keep(store, *(replace(PAYMENT, id=f"{n}", paid_at=at(n)) for n in (3, 1, 2)))
    keep(store, replace(DOCUMENT, id="x", instance_id="i-2"), replace(PAYMENT, id="x", instance_id="i-2"))

    with store.read() as queries:
        assert ["1", "2", "3"] == ids(queries.attachments_of("i-1")) == ids(queries.payments_of("i-1"))
        assert replace(DOCUMENT, id="2", added_at=at(2)) == queries.attachment("2")
        assert replace(PAYMENT, id="2", paid_at=at(2)) == queries.payment("2")
        assert queries.attachment("none") is None is queries.payment("none")
    documents = walk(store, lambda queries, page: queries.list_attachments("i-1", page), 2)
    payments = walk(store, lambda queries, page: queries.list_payments("i-1", page), 2)
    assert [["3", "2"], ["1"]] == [ids(page) for page in documents] == [ids(page) for page in payments]


def test_what_is_still_to_be_paid(store: DatabaseStore) -> None:
    """Open bills of one instance, the oldest first; what is settled is not asked for again."""
    bills = [replace(EXPECTED, id=f"x/{n}", reference=f"{n}", created_at=at(n)) for n in (2, 1)]
    keep(store, *bills, replace(EXPECTED, id="x/3", state="settled"), replace(EXPECTED, id="x/4", instance_id="i-2"))

    with store.read() as queries:
        assert ["x/1", "x/2"] == ids(queries.open_expectations_of("i-1"))
