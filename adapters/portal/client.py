"""The exchange with the national portal: a session, a look whether the dossier is there, the dossier, then its progress."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from threading import Lock
from typing import Any

from adapters.portal import packet, values
from engine.domain.call import Done, Failed, Result
from engine.domain.news import News, Written
from engine.domain.packet import PacketRefused, as_json, from_json, read
from engine.domain.system import (
    Ask,
    Expected,
    HandedIn,
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

LISTS = {
    "lay_danh_sach_tthc": "LayDanhSachTTHC",
    "lay_danh_muc_co_quan": "LayDanhMucCoQuan",
    "lay_danh_muc_linh_vuc": "LayDanhMucLinhVuc",
    "lay_hoi_dap": "LayDanhSachHoiDapGuiTuDVCQG",
    "lay_hoi_dap_co_quan": "LayDanhSachHoiDapBoCoQuan",
}
"""Lists that it keeps, whole: procedures, agencies, fields; questions that citizens asked there, and those of the agency."""
PROMOTIONS = "khuyen_mai"
"""The service by which promotion notices come in, and are told back of."""
EXPIRED = ("session", "phiên")
"""Words of an answer that says that the session is over."""


class NationalPortal:
    """The port ``System`` for the national portal."""

    settings = ("profile", "agency", "username", "dstcode", "auth", "integration", "share")
    secrets = ("password", "inbound")
    idempotent = True
    """It is asked first whether it has the dossier; progress lines that it has it says it has."""
    offers: Mapping[str, Offer] = {
        "dong_bo": Offer(("ho_so",), ("tien_do",), ("da_dong_bo", "so_dong_tien_do")),
        "tra_cuu": Offer(("ma_ho_so",), gives=("ton_tai",)),
        "lay_thu_tuc": Offer(("ma_tthc",), gives=("thu_tuc",)),
        "trang_thai_khuyen_mai": Offer(
            ("ma_ho_so", "ma_ho_so_don_vi", "trang_thai", "noi_dung", "ngay_xu_ly"), ("ma_doi_tuong", "tai_lieu_xu_ly"),
            ("da_gui",),
        ),
        **{operation: Offer((), gives=("danh_sach",)) for operation in LISTS},
    }  # fmt: skip
    services = (PROMOTIONS,)
    pays = ()
    tells_by = ("files",)

    def __init__(self) -> None:
        self._sessions: dict[tuple[str, str], str] = {}
        """By portal and account: two agencies may be at one portal."""
        self._lock = Lock()

    def expected(self, ask: Ask) -> Expected | None:
        """Nothing: what it sends it begins itself."""
        return None

    def ask(self, site: Site, ask: Ask, http: Http) -> Result:
        """Have it done, with a new session where the old one is over."""
        return _OPERATIONS[ask.operation](_Line(self, site, http), ask)

    def receive(self, site: Site, incoming: Incoming) -> Sequence[Notice]:
        """A promotion notice that a trader handed in at the portal: it starts a dossier under the portal's code."""
        if not proves(incoming.headers.get("authorization"), "Bearer " + site.secrets["inbound"]):
            raise PacketRefused("forged", "Authorization")
        said = read(packet.PROMOTION, from_json(incoming.body))
        code, at = said["ma_ho_so"], said["ngay_nop_ho_so"]
        cannot_be = said["thoi_gian_khuyen_mai_den"] < said["thoi_gian_khuyen_mai_tu"] or is_to_come(at, incoming.at)
        return [Notice(code, code, said, doubt="dateWrong" if cannot_be else None, opens=HandedIn(code, at))]

    def reply(self, site: Site, incoming: Incoming, verdict: Verdict) -> Said:
        """``0`` only where it was taken."""
        if verdict.taken:
            return Said(200, as_json({"error_code": "0", "message": "Thành công"}))
        return Said(200, as_json({"error_code": "-1", "message": f"Không thành công: {verdict.code}"}))

    # dossiers, by itself
    def written(self, site: Site, news: News) -> Written:
        """The dossier and the progress that the portal lacks; of a promotion notice what has become of it."""
        if news.origin == PROMOTIONS:
            return Written(packet.STATUS_BACK, packet.promotion_status(values.promotion(news)))
        profile = site.settings["profile"]
        told = values.dossier(news, profile, site.settings["files"])
        sending = packet.to_send(profile, told, values.progress(news))
        return Written(packet.SYNC, sending.dossier, sending.progress)

    def say(self, site: Site, written: Written, http: Http) -> Result:
        """Have it there once, however often it is said."""
        line = _Line(self, site, http)
        if written.service == packet.STATUS_BACK:
            return _status_back(line, written.packet)
        return _sent(line, packet.Sending(dict(written.packet), written.progress))

    # sessions
    def session(self, site: Site, http: Http, old: str | None = None) -> str | Failed:
        """The session in use; a new one where there is none, or where ``old`` is over."""
        place = site.url, site.settings["username"]
        with self._lock:
            known = self._sessions.get(place)
            if known is not None and known != old:
                return known
            found = _login(site, http)
            if isinstance(found, str):
                self._sessions[place] = found
            return found


def _login(site: Site, http: Http) -> str | Failed:
    body = {"username": site.settings["username"], "password": site.secrets["password"]}
    headers = {"Charset": "utf-8", "dstcode": site.settings["dstcode"]}
    answer = told(http.send, post(site, site.settings["auth"], body, **headers), done=False)
    if isinstance(answer, Failed):
        return answer
    session = answer.get("session")
    if str(answer.get("error_code")) != "0" or not isinstance(session, str) or not session:
        return Failed("loginRefused")
    return session


class _Line:
    """A line to the portal: puts every call into its envelope, and logs in again once when the session is over."""

    def __init__(self, portal: NationalPortal, site: Site, http: Http) -> None:
        self._portal, self._http, self.site = portal, http, site

    def call(
        self, service: str, data: Any = None, updating: bool | None = None, **asked: str
    ) -> Failed | dict[str, Any]:
        old: str | None = None
        for _ in range(2):
            session = self._portal.session(self.site, self._http, old)
            if isinstance(session, Failed):
                return session
            agency = self.site.settings["agency"]
            sent = (
                packet.envelope(session, agency, service, data, updating)
                if data is not None
                else packet.lookup(session, agency, service, **asked)
            )
            place = "integration" if data is not None or service == "TraCuuHoSo" else "share"
            answer = told(self._http.send, post(self.site, self.site.settings[place], sent), done=data is not None)
            if isinstance(answer, Failed) or not _is_expired(answer):
                return answer
            old = session
        return Failed("sessionExpired", again=True)

    def send(self, body: Any) -> Failed | dict[str, Any]:
        """A call that has no session."""
        return told(self._http.send, post(self.site, self.site.settings["integration"], body))


def _is_expired(answer: Mapping[str, Any]) -> bool:
    text = str(answer.get("message", "")).casefold()
    return not _is_done(answer) and any(word in text for word in EXPIRED)


def _is_done(answer: Mapping[str, Any]) -> bool:
    """Zero, or where a gateway leaves the code out, the sentence; other codes are no success, whatever they say."""
    if "error_code" in answer:
        return str(answer["error_code"]) == "0"
    return succeeded(answer.get("message", ""))


def _refused(answer: Mapping[str, Any]) -> Failed:
    return Failed(f"error_code {str(answer.get('error_code'))[:10]}")


def _synchronise(line: _Line, ask: Ask) -> Result:
    return _sent(
        line, packet.to_send(line.site.settings["profile"], ask.values["ho_so"], ask.values.get("tien_do", ()))
    )


def _sent(line: _Line, sending: packet.Sending) -> Result:
    answer = _dossier(line, sending)
    if isinstance(answer, Failed):
        return answer
    for lines in sending.progress:
        failed = _progress(line, lines)
        if failed is not None:
            return failed
    return Done({"da_dong_bo": True, "so_dong_tien_do": sum(map(len, sending.progress))})


def _dossier(line: _Line, sending: packet.Sending) -> Failed | None:
    found = line.call("TraCuuHoSo", mahoso=sending.dossier["MaHoSo"])
    if isinstance(found, Failed):
        return found
    updating = _is_done(found) and bool(found.get("result"))
    answer = line.call(packet.SYNC, [sending.dossier], updating)
    if not isinstance(answer, Failed) and not updating and not _is_done(answer) and exists(answer.get("message")):
        answer = line.call(packet.SYNC, [sending.dossier], updating=True)
    return answer if isinstance(answer, Failed) else None if _is_done(answer) else _refused(answer)


def _progress(line: _Line, lines: Sequence[Mapping[str, Any]]) -> Failed | None:
    answer = line.call("CapNhatTienDoHoSoMC", list(lines))
    if isinstance(answer, Failed):
        return answer
    if not _is_done(answer) and exists(answer.get("message")):
        return _one_by_one(line, lines) if len(lines) > 1 else None
    return None if _is_done(answer) else _refused(answer)


def _one_by_one(line: _Line, lines: Sequence[Mapping[str, Any]]) -> Failed | None:
    """It has one of them, and does not say which, nor whether it took the others."""
    return next((failed for each in lines if (failed := _progress(line, [each])) is not None), None)


def _look_up(line: _Line, ask: Ask) -> Result:
    answer = line.call("TraCuuHoSo", mahoso=str(ask.values["ma_ho_so"]))
    if isinstance(answer, Failed):
        return answer
    return Done({"ton_tai": _is_done(answer) and bool(answer.get("result"))})


def _procedure(line: _Line, ask: Ask) -> Result:
    answer = line.call("LayThuTuc", maTTHC=str(ask.values["ma_tthc"]))
    if isinstance(answer, Failed):
        return answer
    return Done({"thu_tuc": answer.get("result")}) if _is_done(answer) else _refused(answer)


def _list(line: _Line, ask: Ask) -> Result:
    answer = line.call(LISTS[ask.operation])
    if isinstance(answer, Failed):
        return answer
    return Done({"danh_sach": answer.get("result") or []}) if _is_done(answer) else _refused(answer)


def _promotion_status(line: _Line, ask: Ask) -> Result:
    return _status_back(line, packet.promotion_status(ask.values))


def _status_back(line: _Line, data: Mapping[str, Any]) -> Result:
    body = {"madonvi": line.site.settings["agency"], "service": packet.STATUS_BACK, "type": "2", "data": [data]}
    answer = line.send(body)
    if isinstance(answer, Failed):
        return answer
    return Done({"da_gui": True}) if _is_done(answer) or exists(answer.get("message")) else _refused(answer)


_OPERATIONS = {
    "dong_bo": _synchronise,
    "tra_cuu": _look_up,
    "lay_thu_tuc": _procedure,
    "trang_thai_khuyen_mai": _promotion_status,
    **dict.fromkeys(LISTS, _list),
}
