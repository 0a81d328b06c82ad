"""What is told to the land office and the tax office, and what they tell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from adapters.land_tax import packet
from engine.domain.call import Done, Failed, Result
from engine.domain.inbound import NOT_PAID
from engine.domain.packet import PacketRefused, as_json, from_json, made, read
from engine.domain.payment import BANK
from engine.domain.system import (
    Ask,
    Expected,
    Incoming,
    Notice,
    Offer,
    Said,
    Site,
    Verdict,
    exists,
    is_to_come,
    post,
    proves,
    told,
)
from engine.ports import Http


class LandAndTax:
    """The port ``System`` for the land system and the tax office behind it."""

    settings = ()
    secrets = ("security_key",)
    idempotent = True
    """A receipt number is taken once."""
    offers: Mapping[str, Offer] = {
        name: Offer(
            tuple(field.key for field in fields if field.otherwise == "needed"),
            tuple(field.key for field in fields if field.otherwise != "needed"),
            ("da_gui",),
        )
        for name, (_, fields) in packet.OUT.items()
    }
    services = ("tax_notice", "tax_voucher", *packet.MOVES)
    pays = ("tax_voucher",)

    def expected(self, ask: Ask) -> Expected | None:
        """Nothing: what is due the tax notices say."""
        return None

    def ask(self, site: Site, ask: Ask, http: Http) -> Result:
        """Tell it; what it has already it has."""
        path, fields = packet.OUT[ask.operation]
        sent = made(fields, ask.values)
        request = post(site, f"/{path}", {"SecurityCode": site.secrets["security_key"], **sent})
        answer = told(http.send, request)
        if isinstance(answer, Failed):
            return answer
        if str(answer.get("Result")) == "1" or exists(answer.get("Message")):
            return Done({"da_gui": True})
        return Failed(f"Result {str(answer.get('Result'))[:10]}")

    def receive(self, site: Site, incoming: Incoming) -> Sequence[Notice]:
        """What they tell, by the dossier's code or the receipt's number."""
        said = from_json(incoming.body)
        name = "SecurityKey" if incoming.service in ("tax_notice", "tax_voucher") else "SecurityCode"
        if not isinstance(said, dict) or not proves(said.get(name), site.secrets["security_key"]):
            raise PacketRefused("forged", name)
        if incoming.service == "tax_notice":
            return _tax_notices(said, incoming)
        return [_voucher(said, incoming) if incoming.service == "tax_voucher" else _move(said, incoming.service)]

    def reply(self, site: Site, incoming: Incoming, verdict: Verdict) -> Said:
        """As each of them understands it."""
        if incoming.service not in ("tax_notice", "tax_voucher"):
            message = "Thành công" if verdict.taken else f"Không thành công: {verdict.code}"
            return Said(200, as_json({"Result": int(verdict.taken), "Message": message}))
        if verdict.code is not None and "forged" in verdict.code:
            return Said(401, as_json({"error_code": "401", "message": "401 Unauthorized - Error Security Code"}))
        code, message = ("0", "Thành công") if verdict.taken else ("-1", f"Không thành công: {verdict.code}")
        return Said(200, as_json({"error_code": code, "message": message}))


def _data(said: Mapping[str, Any]) -> Mapping[str, Any]:
    data = said.get("Data")
    if not isinstance(data, dict):
        raise PacketRefused("dataMissing", "Data")
    return data


def _tax_notices(said: Mapping[str, Any], incoming: Incoming) -> list[Notice]:
    """One for each dossier in the file. A decision over several taxes is paid as one sum."""
    found = packet.notices(_data(said).get("FileThongBaoThue"), incoming.read_xml)
    return [_of_dossier(code, lists, incoming.at) for code, lists in found.items()]


def _of_dossier(code: str, lists: list[dict[str, Any]], at: str) -> Notice:
    sums: Counter[str] = Counter()
    for one in lists:
        sums[one["so_quyet_dinh"]] += one["so_tien"]
    expects = tuple(Expected(f"{code}/{decision}", amount, code) for decision, amount in sums.items() if amount)
    values = {"thong_bao_thue": lists, "tong_so_tien": sum(sums.values())}
    late = any(is_to_come(one["ngay_quyet_dinh"], at) for one in lists)
    return Notice(
        f"{code}/{'+'.join(sorted(sums))}", code, values, expects=expects, doubt="dateWrong" if late else None
    )


def _voucher(said: Mapping[str, Any], incoming: Incoming) -> Notice:
    """A payment at the bank of one notice; only ``TrangThaiThanhToan`` 1 is one."""
    values = read(packet.VOUCHER, _data(said))
    paid = values["thong_tin_thanh_toan"]
    code, at = values["ma_ho_so"], paid["thoi_gian_thanh_toan"]
    reference = f"{code}/{paid['ma_thong_bao_thue']}"
    doubt = (
        NOT_PAID
        if paid["trang_thai_thanh_toan"] != packet.PAID
        else "dateWrong"
        if is_to_come(at, incoming.at)
        else None
    )
    expected = Expected(reference, paid["so_tien"], code)
    return Notice(f"{reference}/{at}", code, values, expected, doubt=doubt, channel=BANK)


def _move(said: Mapping[str, Any], service: str) -> Notice:
    key = read(packet.RECEIPT, said)["so_bien_nhan"]
    values = read(packet.MOVES[service], said)
    moment = next((values[field.key] for field in packet.MOVES[service] if field.name.startswith("Ngay")), "")
    return Notice(f"{key}/{moment}", key, values)
