"""``motcua demo province``: a working day of a province, carried to the end of every dossier."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import click

from api.cli import indicators, terminal
from api.cli.asked import Asked, Place, option
from api.cli.bundle import bundles
from api.cli.client import Client
from api.cli.demo.cast import Cast
from api.cli.demo.crowd import Journey, carry
from api.cli.demo.day import UNITS, arrivals
from api.cli.demo.own_service import own_service
from api.cli.demo.scenario import Scenario, scenarios_of
from api.cli.demo.walk import advance
from api.cli.language import say
from api.cli.program import command
from api.procedures import BPMN
from engine.domain.calendar import LOCAL


@command(
    "province",
    vi="Một ngày làm việc của tỉnh: nhiều hồ sơ qua mọi thủ tục, cùng mọi hệ thống bên ngoài (giả lập), đến hết, rồi bảng chỉ số.",
    en="A working day of a province: many dossiers over all procedures, with all outside systems (played), to their "
    "ends; then the table of indicators.",
    alone=True,
)
@option("--dossiers", "count", default=200, show_default=True, type=click.IntRange(1, 5_000),
        vi="Bao nhiêu hồ sơ.", en="How many dossiers.")  # fmt: skip
@option("--bpmn", "folder", default=BPMN, metavar="DIR", type=Place(folder=True),
        vi="Thư mục chứa các thủ tục.", en="Folder of the procedures.")  # fmt: skip
@click.pass_context
def province(ctx: click.Context, count: int, folder: Path) -> None:
    """Live the day; fail when a dossier did not end as it should."""
    began = time.monotonic()
    with own_service(folder) as client:
        journeys, day, over = _lived(client, folder, count)
        found = client.get("/v1/indicators", **indicators.asked_for(day.date(), over.date(), by="level"))
        incidents = len(client.get("/v1/incidents", state="open")["items"])
        said = _said(journeys, incidents, time.monotonic() - began)
        if ctx.ensure_object(Asked).json:
            terminal.answer(said | {"indicators": found})
        else:
            _show(journeys, said)
            indicators.show(found, day.date(), over.date())
    if incidents or not all(journey.held for journey in journeys):
        ctx.exit(1)


def _lived(client: Client, folder: Path, count: int) -> tuple[list[Journey], datetime, datetime]:
    client.put("/v1/organisation", {"units": [dict(unit) for unit in UNITS]})
    played = _played(folder)
    definitions = {p["key"]: p for p in client.items("/v1/procedures")}
    now = advance(client, timedelta()).astimezone(LOCAL)
    day = next(iter(played.values()))[0].begin_after(now)
    levels = {key: found.get("level") for key, found in definitions.items()}
    journeys = [
        Journey(
            arrival,
            Cast(client, arrival.scenario, arrival.scenario.procedure, _code(arrival.scenario, day, arrival.number)),
        )
        for arrival in arrivals(day, count, played, levels)
    ]
    with terminal.progress(say(f"{count} hồ sơ", f"{count} dossiers"), count) as done:
        over = carry(client, journeys, done)
    return journeys, day, over.astimezone(LOCAL)


def _played(folder: Path) -> dict[str, Sequence[Scenario]]:
    found = {bundle.place.name: scenarios_of(bundle.place, None) for bundle in bundles((folder,))}
    return {name: scenarios for name, scenarios in found.items() if scenarios}


def _code(scenario: Scenario, day: datetime, number: int) -> str | None:
    """Other systems name the dossiers that they hand in; the service names all others when it accepts them."""
    return scenario.key(day, number) if scenario.packet or scenario.message else None
