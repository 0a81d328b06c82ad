"""The exchange with the bundle's portal and with the justice system behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from adapters.bundle import packet
from engine.domain.call import Done, Failed, Result
from engine.domain.exchange import Request
from engine.domain.packet import PacketRefused, as_json, from_json, made, read
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
    succeeded,
    told,
)
from engine.ports import Http


class BirthDeathBundle:
    """The port ``System`` for the bundle of births and deaths."""

    settings = ("username",)
    secrets = ("password", "inbound")
    idempotent = True
    """What it has it says it has."""
    offers: Mapping[str, Offer] = {
        "da_nhan": Offer(("id", "ma_ho_so"), gives=("da_gui",)),
        "trang_thai": Offer(
            tuple(field.key for field in packet.STATUS if field.otherwise == "needed"),
            tuple(field.key for field in packet.STATUS if field.otherwise != "needed"),
            ("da_gui",),
        ),
        "day_tu_phap": Offer(tuple(field.key for field in packet.REGISTRATION), gives=("da_gui",)),
        "hoi_tu_phap": Offer(("ma_dinh_danh_ho_so", "ma_tinh", "module"), gives=("tra_loi",)),
    }
    services = ("justice",)
    pays = ()

    def expected(self, ask: Ask) -> Expected | None:
        """Nothing: the justice system answers when it answers."""
        return None

    def ask(self, site: Site, ask: Ask, http: Http) -> Result:
        """Tell the portal, or the justice system, or ask it."""
        make, method, path, understand = _OPERATIONS[ask.operation]
        sent = make(ask.values)
        token = _token(site, http)
        if isinstance(token, Failed):
            return token
        request = post(site, path, sent, Authorization=f"Bearer {token}")
        request = Request(method, request.url, request.headers, request.body, request.bounds)
        answer = told(http.send, request, done=ask.operation != "hoi_tu_phap")
        return answer if isinstance(answer, Failed) else understand(answer)

    def receive(self, site: Site, incoming: Incoming) -> Sequence[Notice]:
        """What the justice system pushes: each dossier for itself."""
        if not proves(incoming.headers.get("authorization"), "Bearer " + site.secrets["inbound"]):
            raise PacketRefused("forged", "Authorization")
        return [_notice(row, incoming.at) for row in read(packet.PUSH, from_json(incoming.body))["value"]]

    def reply(self, site: Site, incoming: Incoming, verdict: Verdict) -> Said:
        """``1`` only where all of it was taken."""
        said = "Thành công" if verdict.taken else f"Không thành công: {verdict.code}"
        return Said(200, as_json({"status": "1" if verdict.taken else "0", "statusDescription": said}))


def _notice(row: Mapping[str, Any], at: str) -> Notice:
    code = row["trang_thai"]
    doubt = (
        "statusUnknown"
        if code not in packet.JUSTICE
        else "dateWrong"
        if is_to_come(row["thoi_gian_thuc_hien"], at)
        else None
    )
    values = {**row, "trang_thai_ho_so": packet.LOCAL.get(code)}
    return Notice(
        f"{row['ma_ho_so_lt']}/{code}/{row['thoi_gian_thuc_hien']}", row["ma_ho_so_mcdt"], values, doubt=doubt
    )


def _status(values: Mapping[str, Any]) -> dict[str, Any]:
    made_of = made(packet.STATUS, values)
    packet.check(made_of)
    return made_of


def _poll(values: Mapping[str, Any]) -> dict[str, Any]:
    ids = values["ma_dinh_danh_ho_so"]
    if not isinstance(ids, list) or not ids or not all(isinstance(id, str) for id in ids):
        raise PacketRefused("dataMissing", "maDinhDanhHoSo")
    rest = {name: value for name, value in values.items() if name != "ma_dinh_danh_ho_so"}
    return {"maDinhDanhHoSo": ids, **made(packet.POLL, rest)}


def _sent(answer: Mapping[str, Any]) -> Result:
    """``status`` 1; where it is another, only a sentence that says it is there already is as good."""
    text = answer.get("statusDescription") or answer.get("message")
    done = str(answer["status"]) == "1" if "status" in answer else succeeded(text)
    return Done({"da_gui": True}) if done or exists(text) else Failed(f"status {str(answer.get('status'))[:10]}")


def _polled(answer: Mapping[str, Any]) -> Result:
    if str(answer.get("status")) != "1":
        return Failed(f"status {str(answer.get('status'))[:10]}")
    try:
        rows = [read(packet.PUSHED, row) for row in answer.get("value") or []]
    except PacketRefused as refused:
        return Failed(str(refused))
    return Done({"tra_loi": [{**row, "trang_thai_ho_so": packet.LOCAL.get(row["trang_thai"])} for row in rows]})


_OPERATIONS: Mapping[str, Any] = {
    "da_nhan": (lambda values: made(packet.RECEIVED, values), "PUT", "/received", _sent),
    "trang_thai": (_status, "POST", "/status", _sent),
    "day_tu_phap": (lambda values: made(packet.REGISTRATION, values), "POST", "/justice/register", _sent),
    "hoi_tu_phap": (_poll, "POST", "/justice/poll", _polled),
}


def _token(site: Site, http: Http) -> str | Failed:
    asked = made(packet.TOKEN, {"user_name": site.settings["username"], "password": site.secrets["password"]})
    answer = told(http.send, post(site, "/token", asked), done=False)
    if isinstance(answer, Failed):
        return answer
    token = answer.get("token")
    return token if isinstance(token, str) and token else Failed("loginRefused")
