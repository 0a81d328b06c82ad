"""What the police are asked: the record of a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from adapters.police import packet
from engine.domain.call import Done, Failed, Result, Threw
from engine.domain.packet import PacketRefused, made
from engine.domain.system import Ask, Expected, Incoming, Notice, Offer, Said, Site, Verdict, exists, post, told
from engine.ports import Http

WRONG = "TO_KHAI_SAI"
"""The BPMN error of a declaration that the police do not take."""


class PoliceRecord:
    """The port ``System`` for police records."""

    settings = ()
    secrets = ("token",)
    idempotent = True
    """A declaration is known by the number of its receipt."""
    offers: Mapping[str, Offer] = {
        "gui_to_khai": Offer(
            tuple(field.key for field in packet.DECLARATION if field.otherwise == "needed"),
            ("id_money_receipt", "mandator_form"),
            ("da_gui",),
            (WRONG,),
        )
    }
    services = ()
    pays = ()

    def expected(self, ask: Ask) -> Expected | None:
        """Nothing."""
        return None

    def ask(self, site: Site, ask: Ask, http: Http) -> Result:
        """Send the declaration."""
        sent = made(packet.DECLARATION, ask.values)
        answer = told(http.send, post(site, "/declarations", sent, Authorization=f"Bearer {site.secrets['token']}"))
        if isinstance(answer, Failed):
            return answer
        code = str(answer.get("statusCode"))
        if code == packet.OK or (code == packet.WRONG and exists(answer.get("errorDetail"))):
            return Done({"da_gui": True})
        if code == packet.WRONG:
            return Threw(WRONG)
        return Failed(f"statusCode {code[:10]}", again=code == packet.LATER)

    def receive(self, site: Site, incoming: Incoming) -> Sequence[Notice]:
        """It sends nothing."""
        raise PacketRefused("serviceUnknown")

    def reply(self, site: Site, incoming: Incoming, verdict: Verdict) -> Said:
        """It sends nothing."""
        return Said(404, b"{}")
