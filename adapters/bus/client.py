"""The exchange with the provincial bus: a token, then the document or its traces."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from adapters.bus import packet
from engine.domain.call import Done, Failed, Result
from engine.domain.exchange import Request
from engine.domain.packet import PacketRefused, made
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
    post,
    succeeded,
    told,
)
from engine.ports import Http

_PATHS = {"dong_bo": "/Document/SyncDocument", "tien_do": "/Document/UpdateDocumentTraces"}


class ProvincialBus:
    """The port ``System`` for the provincial bus."""

    settings = ("client_id",)
    secrets = ("client_secret",)
    idempotent = True
    """Documents are known by their code, traces by all that they say."""
    offers: Mapping[str, Offer] = {
        "dong_bo": Offer(("van_ban",), gives=("da_gui",)),
        "tien_do": Offer(("vet",), gives=("da_gui",)),
    }
    services = ()
    pays = ()

    def expected(self, ask: Ask) -> Expected | None:
        """Nothing."""
        return None

    def ask(self, site: Site, ask: Ask, http: Http) -> Result:
        """Send a document, or traces of it."""
        sent = _document(ask.values["van_ban"]) if ask.operation == "dong_bo" else _traces(ask.values["vet"])
        token = _token(site, http)
        if isinstance(token, Failed):
            return token
        answer = told(http.send, post(site, _PATHS[ask.operation], sent, Authorization=f"Bearer {token}"))
        if isinstance(answer, Failed):
            return answer
        message = answer.get("message", "")
        done = str(answer.get("code")) == "200" if "code" in answer else succeeded(message)
        return Done({"da_gui": True}) if done or exists(message) else Failed(f"code {str(answer.get('code'))[:10]}")

    def receive(self, site: Site, incoming: Incoming) -> Sequence[Notice]:
        """It sends nothing."""
        raise PacketRefused("serviceUnknown")

    def reply(self, site: Site, incoming: Incoming, verdict: Verdict) -> Said:
        """It sends nothing."""
        return Said(404, b"{}")


def _document(values: Mapping[str, Any]) -> dict[str, Any]:
    """A document; what has not happened has the zero time, and what is said to have happened needs its own."""
    for flag, date in (("is_success", "success_date"), ("is_returned", "returned_date")):
        if values.get(flag) is True and not values.get(date):
            raise PacketRefused("dataMissing", date)
        if values.get(flag) is False and values.get(date):
            raise PacketRefused("statusFalse", date)
    return made(packet.DOCUMENT, {**values, **{name: values.get(name) or packet.NO_TIME for name in packet.DATES}})


def _traces(values: Any) -> list[dict[str, Any]]:
    if not isinstance(values, list) or not values:
        raise PacketRefused("dataMissing", "vet")
    return [made(packet.TRACE, line, f"{number}/") for number, line in enumerate(values)]


def _token(site: Site, http: Http) -> str | Failed:
    form = made(packet.TOKEN, {"client_id": site.settings["client_id"], "client_secret": site.secrets["client_secret"]})
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = told(
        http.send, Request("POST", site.url + "/token", headers, urlencode(form).encode(), site.bounds), done=False
    )
    if isinstance(answer, Failed):
        return answer
    token = answer.get("access_token")
    return token if isinstance(token, str) and token else Failed("loginRefused")
