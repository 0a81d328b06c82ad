"""What is asked of the payment platform, and what it confirms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from adapters.payment import packet
from engine.domain.call import Done, Failed, Result
from engine.domain.document import PDF, media_type_of
from engine.domain.errors import DocumentRefused
from engine.domain.exchange import Request, Response
from engine.domain.inbound import NOT_PAID
from engine.domain.packet import PacketRefused, as_json, from_json
from engine.domain.payment import ONLINE
from engine.domain.system import (
    NOT_READ,
    Ask,
    Expected,
    Incoming,
    Notice,
    Offer,
    Said,
    Site,
    Verdict,
    is_to_come,
    unusable,
)
from engine.ports import Http

_PATHS = {"init": "inittransaction", "query": "querytransaction", "get_bill": "paymentreceipt"}


class PaymentPlatform:
    """The port ``System`` for the payment platform."""

    settings = ("partner", "ip")
    secrets = ("checksum",)
    idempotent = True
    """A payment is known by our reference: asked for again, it is the same."""
    offers: Mapping[str, Offer] = {
        "init": Offer(
            ("ma_tham_chieu", "so_tien", "thong_tin_giao_dich", "thong_tin_bien_lai"), gives=("url_thanh_toan",)
        ),
        "query": Offer(("ma_tham_chieu", "so_tien"), gives=("da_thanh_toan", "ma_loi", "ma_giao_dich", "thoi_gian_gd")),
        "get_bill": Offer(("ma_tham_chieu",), gives=("bien_lai",)),
    }
    services = ("callback",)
    pays = ("callback",)

    def expected(self, ask: Ask) -> Expected | None:
        """A payment over exactly this amount."""
        if ask.operation != "init":
            return None
        bill = ask.values.get("thong_tin_bien_lai")
        dossier = bill.get("ma_ho_so") if isinstance(bill, dict) else None
        amount = ask.values["so_tien"]
        return Expected(str(ask.values["ma_tham_chieu"]), amount if type(amount) is int else None, dossier)

    def ask(self, site: Site, ask: Ask, http: Http) -> Result:
        """Ask for a payment, for its state, or for its receipt."""
        sent = as_json(_packet(site, ask))
        headers = {"Content-Type": "application/json", "Accept": "application/json", "Idempotency-Key": ask.key}
        if "token" in site.secrets:
            headers["Authorization"] = "Bearer " + site.secrets["token"]
        outcome = http.send(Request("POST", f"{site.url}/{_PATHS[ask.operation]}", headers, sent, site.bounds))
        failed = unusable(outcome, done=ask.operation == "init")
        if failed is not None:
            return failed
        assert isinstance(outcome, Response)
        return _READ[ask.operation](site, ask, outcome)

    def receive(self, site: Site, incoming: Incoming) -> Sequence[Notice]:
        """A confirmation. Only ``MaLoi`` 00 is a payment; the amount is compared with the bill by whoever keeps the bills."""
        values = packet.confirmed(incoming.body, site.secrets["checksum"], site.settings["partner"])
        return [_notice(values, is_to_come(values["thoi_gian_gd"], incoming.at))]

    def reply(self, site: Site, incoming: Incoming, verdict: Verdict) -> Said:
        """``00`` only where it was taken: the platform goes on telling what was not."""
        said = _reread(incoming.body)
        values = {
            "ma_loi": packet.OK if verdict.taken else packet.NOT_OK,
            "mo_ta_loi": "Thành công" if verdict.taken else verdict.code or "Không nhận",
            "ma_doi_tac": site.settings["partner"],
            "ma_tham_chieu": said if isinstance(said, str) and said else "-",
            "thoi_gian_gd": incoming.at,
        }
        return Said(200, as_json(packet.signed(packet.REPLY, values, site.secrets["checksum"])))


def _notice(values: Mapping[str, Any], from_future: bool) -> Notice:
    reference = values["ma_tham_chieu"]
    doubt = NOT_PAID if values["ma_loi"] != packet.OK else "dateWrong" if from_future else None
    told = {name: values[name] for name in ("ma_giao_dich", "so_tien", "thoi_gian_gd", "ma_loi")}
    return Notice(
        f"{reference}/{values['ma_giao_dich']}", reference, told, Expected(reference, values["so_tien"]), doubt=doubt,
        channel=ONLINE,
    )  # fmt: skip


def _reread(body: bytes) -> Any:
    try:
        found = from_json(body)
    except PacketRefused:
        return None
    return found.get("MaThamChieu") if isinstance(found, dict) else None


def _packet(site: Site, ask: Ask) -> dict[str, Any]:
    secret = site.secrets["checksum"]
    base = {"ma_doi_tac": site.settings["partner"], "thoi_gian_gd": ask.at}
    if ask.operation == "init":
        return packet.init({**ask.values, **base, "ip": site.settings["ip"]}, secret)
    fields = packet.QUERY if ask.operation == "query" else packet.GET_BILL
    return packet.signed(fields, {**base, "ma_tham_chieu": ask.values.get("ma_tham_chieu")}, secret)


def _began(site: Site, ask: Ask, response: Response) -> Result:
    said = _unwrapped(response.body)
    if said is None:
        return NOT_READ
    url = said.get("UrlThanhToan")
    if said.get("MaLoi") != packet.OK or not isinstance(url, str) or not url.startswith(("https://", "http://")):
        return Failed(f"MaLoi {str(said.get('MaLoi'))[:10]}")
    return Done({"url_thanh_toan": url})


def _unwrapped(body: bytes) -> dict[str, Any] | None:
    """Some gateways put the answer, as text, into an envelope of their own."""
    try:
        said = from_json(body)
        if isinstance(said, dict) and isinstance(said.get("message"), str) and str(said.get("error_code")) == "0":
            said = from_json(said["message"].encode())
    except PacketRefused:
        return None
    return said if isinstance(said, dict) else None


def _told(site: Site, ask: Ask, response: Response) -> Result:
    """What became of a payment. It is proved like a confirmation, and paid only in full."""
    try:
        values = packet.confirmed(response.body, site.secrets["checksum"], site.settings["partner"])
    except PacketRefused as refused:
        return Failed(str(refused))
    paid = values["ma_loi"] == packet.OK
    if values["ma_tham_chieu"] != ask.values["ma_tham_chieu"] or (paid and values["so_tien"] != ask.values["so_tien"]):
        return Failed(str(PacketRefused("amountWrong", "SoTien")))
    told = {name: values[name] for name in ("ma_loi", "ma_giao_dich", "thoi_gian_gd")}
    return Done({"da_thanh_toan": paid, **told}, _notice(values, from_future=False) if paid else None)


def _billed(site: Site, ask: Ask, response: Response) -> Result:
    """The receipt is a file of the dossier; the process is told by which hash it is kept."""
    try:
        kind = media_type_of(response.body)
    except DocumentRefused:
        kind = ""
    if kind != PDF:
        return Failed("answerNotRead")
    hash = sha256(response.body).hexdigest()
    return Done({"bien_lai": hash}, file=(f"bien_lai_{ask.values['ma_tham_chieu']}.pdf", response.body))


_READ = {"init": _began, "query": _told, "get_bill": _billed}
