"""Packets of the payment platform, byte for byte, and its checksums against the vectors that were written by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.payment import packet
from engine.domain.packet import PacketRefused, as_json, from_json, read
from tests.adapters.golden import is_golden
from tests.adapters.payment.bills import AT, BILL, INIT, REFERENCE, SECRET

GOLDEN = Path(__file__).with_name("golden")
ASKING = {"ma_doi_tac": "VPHUC", "ma_tham_chieu": REFERENCE, "thoi_gian_gd": AT}


def test_init_is_what_the_platform_expects():
    """Every field, in its order, as text; and the checksum of the vector."""
    sent = packet.init(INIT, SECRET)
    assert sent["MaXacThuc"] == "932b7f636ec80beeed3d90eed507f7d6ead585e12841e9d18771c0332145fc76"
    is_golden(GOLDEN / "init.json", as_json(sent))


@pytest.mark.parametrize(("name", "fields"), [("query", packet.QUERY), ("get_bill", packet.GET_BILL)])
def test_asking_packets(name, fields):
    """QUERY and GET_BILL differ in one word."""
    sent = packet.signed(fields, ASKING, SECRET)
    if name == "query":
        assert sent["MaXacThuc"] == "0c19c4f8889c9a37169c73f83dc8cbe923f1bee5f2d4eafe79f40ced68ceb754"
    is_golden(GOLDEN / f"{name}.json", as_json(sent))


def test_callback_is_read_as_it_was_sent():
    """The vector of a confirmation; its time is local, 24 hours, and becomes a moment."""
    values = packet.confirmed((GOLDEN / "callback.json").read_bytes().strip(), SECRET, "VPHUC")
    assert (values["so_tien"], values["thoi_gian_gd"], values["ma_giao_dich"]) == (
        150000,
        "2021-01-04T01:31:12.000000Z",
        "GD0001",
    )
    is_golden(GOLDEN / "callback.json", as_json(packet.signed(packet.CALLBACK, values, SECRET)))


def test_trap_twelve_hour_clock():
    """A client in use writes half past two in the afternoon as 02:30; ours writes 14:30."""
    sent = packet.init({**INIT, "thoi_gian_gd": "2021-01-04T07:30:00Z"}, SECRET)
    assert sent["ThoiGianGD"] == "20210104143000"


@pytest.mark.parametrize("wrong", [0, -1, 1.5, "150000", True, None, 150001])
def test_wrong_amounts_are_not_sent(wrong):
    """Neither a sum that is none, nor one that its parts do not add up to."""
    with pytest.raises(PacketRefused) as refused:
        packet.init({**INIT, "so_tien": wrong}, SECRET)
    assert refused.value.code in ("amountWrong", "dataMissing")


@pytest.mark.parametrize("missing", ["ho_ten_nguoi_nop", "tk_thu_huong", "ma_ho_so"])
def test_nothing_is_invented_for_what_is_missing(missing):
    """A payer or an account that nobody named is no reason for a dummy."""
    with pytest.raises(PacketRefused, match="dataMissing"):
        packet.init({**INIT, "thong_tin_bien_lai": {**BILL, missing: None}}, SECRET)


def test_what_is_written_can_be_read():
    """Both directions of a packet are one table of fields."""
    sent = from_json(as_json(packet.init(INIT, SECRET)))
    assert read(packet.RECEIPT, sent["ThongTinBienLai"])["phi_le_phi"] == BILL["phi_le_phi"]
