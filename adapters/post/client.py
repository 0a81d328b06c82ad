"""The exchange with the public post: a token, then an order, a look where it is, or its end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from adapters.post import packet
from engine.domain.call import Done, Failed, Result
from engine.domain.packet import Fields, PacketRefused, made
from engine.domain.system import Ask, Expected, Incoming, Notice, Offer, Said, Site, Verdict, exists, post, told
from engine.ports import Http

_OURS = "customer_code"
_NEEDED = tuple(field.key for field in packet.ORDER if field.otherwise == "needed" and field.always is None)
_OPERATIONS: Mapping[str, tuple[str, Fields]] = {
    "dat_lenh": ("/order", packet.ORDER),
    "tra_cuu": ("/tracking", packet.ASKED),
    "huy": ("/cancel", packet.ASKED),
}


class PublicPost:
    """The port ``System`` for the public post."""

    settings = ("customer_code", "customer_key")
    secrets = ("secret_key",)
    idempotent = True
    """An order has the dossier's code, and there is one under it."""
    offers: Mapping[str, Offer] = {
        "dat_lenh": Offer(
            tuple(name for name in _NEEDED if name != _OURS),
            tuple(field.key for field in packet.ORDER if field.otherwise != "needed"),
            ("da_dat_lenh",),
        ),
        "tra_cuu": Offer(("order_number",), gives=("tinh_trang",)),
        "huy": Offer(("order_number",), gives=("da_huy",)),
    }
    services = ()
    pays = ()

    def expected(self, ask: Ask) -> Expected | None:
        """Nothing."""
        return None

    def ask(self, site: Site, ask: Ask, http: Http) -> Result:
        """Order, look or cancel."""
        path, fields = _OPERATIONS[ask.operation]
        sent = made(fields, {**ask.values, _OURS: site.settings["customer_code"]})
        token = _token(site, http)
        if isinstance(token, Failed):
            return token
        answer = told(http.send, post(site, path, sent, access_token=token), done=ask.operation != "tra_cuu")
        return answer if isinstance(answer, Failed) else _understood(ask.operation, answer)

    def receive(self, site: Site, incoming: Incoming) -> Sequence[Notice]:
        """It sends nothing."""
        raise PacketRefused("serviceUnknown")

    def reply(self, site: Site, incoming: Incoming, verdict: Verdict) -> Said:
        """It sends nothing."""
        return Said(404, b"{}")


def _understood(operation: str, answer: Mapping[str, Any]) -> Result:
    done = str(answer.get("Status")) == packet.OK
    if operation == "tra_cuu":
        return (
            Done({"tinh_trang": answer.get("Message")}) if done else Failed(f"Status {str(answer.get('Status'))[:10]}")
        )
    if done or (operation == "dat_lenh" and exists(answer.get("Message"))):
        return Done({"da_dat_lenh" if operation == "dat_lenh" else "da_huy": True})
    return Failed(f"Status {str(answer.get('Status'))[:10]}")


def _token(site: Site, http: Http) -> str | Failed:
    asked = made(
        packet.TOKEN, {"customer_key": site.settings["customer_key"], "secret_key": site.secrets["secret_key"]}
    )
    answer = told(http.send, post(site, "/token", asked), done=False)
    if isinstance(answer, Failed):
        return answer
    token = answer.get("access_token")
    return token if isinstance(token, str) and token else Failed("loginRefused")
