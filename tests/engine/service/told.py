"""A counter beside a played national portal that is told of its dossiers: what the tests of the outbox have in common."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import orjson

from adapters.portal.client import NationalPortal
from adapters.portal.simulator import PortalSimulator
from adapters.sandbox.server import Sandbox, sandbox
from engine.domain.outbox import OutboxEntry
from engine.domain.packet import from_json
from engine.ports import Ids
from engine.service.connectors import Connectors, registered
from engine.service.dossiers import OpenDossier
from tests.engine.runtime.models import diagram, node, path, start, user
from tests.engine.service.office import CALENDAR, Office

PASSWORD = "mat-khau"
PORTAL = "cong_quoc_gia"
REGISTRATION = """
[cong_quoc_gia]
system = "portal"
url = "{url}"
plain = true
networks = ["127.0.0.0/8"]
seconds = {seconds}
dossiers = {dossiers}
[cong_quoc_gia.settings]
profile = "{profile}"
agency = "000.00.00.H62"
username = "h62"
dstcode = "VN:GOV:G22"
auth = "/auth"
integration = "/integration"
share = "/share"
files = "https://kho.example/v1"
[cong_quoc_gia.secrets]
password = "K"
inbound = "K"
"""
OWNER: dict[str, Any] = {"ten": "Nguyễn Văn A", "so": "026090001234", "dien_thoai": "0900000001"}
FORM = orjson.dumps(
    {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {name: {"type": "string"} for name in ("ten", "so", "dien_thoai", "thu")},
    }
)
TOML = """
code = "1.000001"
name = "Cấp giấy (mẫu)"
field = "Lĩnh vực (mẫu)"
field_code = "G00-MM01"
agency = "Phòng (mẫu)"
[limit]
value = 10
unit = "working-day"
[owner]
kind = "1"
name = "ten"
id = "so"
phone = "dien_thoai"
"""
WAY = ("1", "2", "4", "5", "4", "6", "4", "9", "10")
"""The statuses of the procedure of the tests, one task each."""


def stages(*codes: str, key: str = "p") -> bytes:
    """A process that stands at one status after the other, a task each; its end has the last."""
    first, *between, last = codes
    tasks = [user(f"u{number}", motcua_statusCode=code) for number, code in enumerate(between)]
    begins = start(motcua_statusCode=first, motcua_formKey="nop")
    ends = node("endEvent", "e", motcua_statusCode=last)
    return diagram(begins + "".join(tasks) + ends + path("s", *(f"u{n}" for n in range(len(between))), "e"), key=key)


def connectors(url: str, profile: str = "2023", dossiers: str = "true", seconds: float = 1) -> Connectors:
    """What the operator registers: the portal, which is told of dossiers."""
    said = REGISTRATION.format(url=url, profile=profile, dossiers=dossiers, seconds=seconds)
    return registered(said.encode(), {"K": PASSWORD}.get, {"portal": NationalPortal()})


class Counter:
    """An office whose dossiers the portal is told of."""

    def __init__(self, office: Office, portal: PortalSimulator, place: Sandbox) -> None:
        self.office, self.portal, self.place = office, portal, place

    def publish(self, model: bytes, toml: str = TOML, form: bytes = FORM) -> None:
        self.office.deploy(("p.bpmn", model), ("forms/nop.json", form), ("procedure.toml", toml.encode()))

    def hand_in(self, values: dict[str, Any] | None = None, **more: Any) -> str:
        opened = self.office.do(OpenDossier("p", "online", values=OWNER if values is None else values, **more))
        self.office.settle()
        return str(opened.dossier.id)

    def next(self, id: str, *, told: bool = True, **values: Any) -> None:
        """Ten seconds later, complete the dossier's one task; ``told`` waits until the portal knows."""
        self.office.clock.set(self.office.clock.now() + timedelta(seconds=10))
        [task] = self.office.tasks(id)
        self.office.complete(task, values)
        if told:
            self.office.settle()

    def entry(self, id: str) -> OutboxEntry:
        with self.office.store.read() as queries:
            [entry] = queries.outbox_of(id)
        return entry

    def dossier(self, id: str) -> Any:
        with self.office.store.read() as queries:
            return queries.dossiers([id])[id]

    def there(self, id: str) -> dict[str, Any]:
        """The dossier as the portal has it."""
        return self.portal.dossiers[self.dossier(id).code]

    def lines(self, id: str) -> list[str]:
        """The statuses of its progress at the portal."""
        code = self.dossier(id).code
        return [line["TrangThai"] for line in self.portal.progress if line["MaHoSo"] == code]

    def said(self, service: str) -> list[Any]:
        """What was sent to a service of the portal, in order."""
        bodies = [from_json(request.body) for request in self.place.arrived]
        return [body["data"] for body in bodies if body.get("service") == service]

    def is_true(self, id: str) -> None:
        """The portal has what the dossier is, each line once and in its order; and nothing is left to be told."""
        dossier, there = self.dossier(id), self.there(id)
        assert there["TrangThaiHoSo"] == dossier.status
        lines = [line for line in self.portal.progress if line["MaHoSo"] == dossier.code]
        assert len({orjson.dumps(line) for line in lines}) == len(lines)
        assert lines[-1]["TrangThai"] == dossier.status
        assert (self.entry(id).state, self.entry(id).due_at) == ("told", None)


@contextmanager
def counter(
    url: str = "sqlite:///:memory:",
    *,
    profile: str = "2023",
    ids: Ids | None = None,
    forgetful: bool = False,
    calendar: bytes = CALENDAR,
    signer: Any = None,
    seconds: float = 1,
    **simulated: Any,
) -> Iterator[Counter]:
    """A counter, a portal, and the way there."""
    portal = PortalSimulator(profile, PASSWORD, **simulated)
    with sandbox(portal) as place:
        known = connectors(place.url, profile, seconds=seconds)
        office = Office(url, ids=ids, forgetful=forgetful, connectors=known, calendar=calendar, signer=signer)
        try:
            yield Counter(office, portal, place)
        finally:
            office.close()
