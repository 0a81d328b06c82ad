"""Messages to citizens: by SMS and by e-mail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from adapters.notification import packet
from engine.domain.call import Done, Failed, Result
from engine.domain.packet import PacketRefused, made
from engine.domain.system import Ask, Expected, Incoming, Notice, Offer, Said, Site, Verdict, post, told
from engine.ports import Http


class Notification:
    """The port ``System`` for the gateways of SMS and e-mail, behind one address."""

    settings = ("labelid", "contracttypeid", "contractid", "agentid", "apiuser", "username", "from")
    secrets = ("apipass",)
    idempotent = False
    """Nobody promises that the gateway knows a repeat: what may have been sent is not sent again by itself."""
    offers: Mapping[str, Offer] = {
        "sms": Offer(("dien_thoai", "ma_mau", "tham_so"), gives=("da_gui",)),
        "thu_dien_tu": Offer(("dia_chi", "tieu_de", "noi_dung"), gives=("da_gui",)),
    }
    services = ()
    pays = ()

    def expected(self, ask: Ask) -> Expected | None:
        """Nothing."""
        return None

    def ask(self, site: Site, ask: Ask, http: Http) -> Result:
        """Send one message."""
        if ask.operation == "sms":
            sent = packet.sms(ask.values, site.settings, site.secrets["apipass"], ask.key)
            answer = told(http.send, post(site, "/sms", sent))
            return answer if isinstance(answer, Failed) else _replied(answer.get("RPLY"))
        answer = told(
            http.send, post(site, "/mail", _mail(site, ask), Authorization=f"Bearer {site.secrets['apipass']}")
        )
        return answer if isinstance(answer, Failed) else _replied(answer)

    def receive(self, site: Site, incoming: Incoming) -> Sequence[Notice]:
        """It sends nothing."""
        raise PacketRefused("serviceUnknown")

    def reply(self, site: Site, incoming: Incoming, verdict: Verdict) -> Said:
        """It sends nothing."""
        return Said(404, b"{}")


def _mail(site: Site, ask: Ask) -> dict[str, Any]:
    said = {
        "id": ask.key,
        "from": site.settings["from"],
        "to": ask.values["dia_chi"],
        "subject": ask.values["tieu_de"],
        "text": ask.values["noi_dung"],
    }
    return made(packet.MAIL, said)


def _replied(said: Any) -> Result:
    """``ERROR`` 0 and nothing else: an answer without it is none."""
    error = said.get("ERROR") if isinstance(said, dict) else None
    return Done({"da_gui": True}) if str(error) == packet.OK else Failed(f"ERROR {str(error)[:10]}")
