"""``motcua demo province``: a working day of a province, every dossier of it carried to its end, and how the offices did."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import click

from api.cli import indicators, periods, terminal
from api.cli.asked import Asked, Place, option
from api.cli.bundle import bundles
from api.cli.client import Client
from api.cli.demo.cast import Cast, systems
from api.cli.demo.crowd import Journey, carry
from api.cli.demo.day import UNITS, arrivals
from api.cli.demo.own_service import own_service
from api.cli.demo.scenario import BPMN, Scenario, scenarios_of
from api.cli.demo.walk import advance
from api.cli.failure import Failed
from api.cli.language import say
from api.cli.program import command
from engine.domain.calendar import LOCAL


@command(
    "province",
    vi="Một ngày làm việc của tỉnh: hồ sơ của mọi thủ tục, với mọi hệ thống bên ngoài (giả lập), đi đến hết; rồi bảng chỉ số.",
    en="A working day of a province: dossiers of all procedures, with all outside systems (played), carried to their ends; "
    "then the table of indicators.",
    alone=True,
)
@option("--dossiers", "count", default=200, show_default=True, type=click.IntRange(1, 5_000),
        vi="Bao nhiêu hồ sơ.", en="How many dossiers.")  # fmt: skip
@option("--bpmn", "folder", default=BPMN, metavar="DIR", type=Place(folder=True),
        vi="Thư mục chứa các thủ tục.", en="Folder of the procedures.")  # fmt: skip
@click.pass_context
def province(ctx: click.Context, count: int, folder: Path) -> None:
    """Live the day; fail when a dossier did not end as it should, or somebody still has to look at something."""
    began = time.monotonic()
    with own_service(folder) as client:
        lived = _lived(client, folder, count)
        found = client.get("/v1/indicators", **periods.asked(lived.first, lived.last, "level", None), set="tinh_2021")
        totals = _totals(client, lived) | {"seconds": round(time.monotonic() - began, 1)}
    if ctx.ensure_object(Asked).json:
        terminal.answer(totals | {"indicators": found})
    else:
        _show(lived, totals)
        indicators.show(found, lived.first, lived.last)
    if totals["incidents"] or totals["parked"] or totals["held"] < count:
        ctx.exit(1)


@dataclass(frozen=True, slots=True)
class _Lived:
    """The day, when its last dossier was over, and how each of them went."""

    first: date
    last: date
    journeys: Sequence[Journey]


def _lived(client: Client, folder: Path, count: int) -> _Lived:
    client.put("/v1/organisation", {"units": [dict(unit) for unit in UNITS]})
    levels = {each["version"]["key"]: each["levels"] for each in client.items("/v1/procedures")}
    played = dict(_played(folder))
    if not played:
        raise Failed(say(f"Không có kịch bản nào trong {folder}.", f"There is no scenario in {folder}."))
    day = next(iter(played.values()))[0].begin_after(advance(client, timedelta()).astimezone(LOCAL))
    journeys = [
        Journey(each, Cast(client, each.scenario, each.scenario.procedure, _code(each.scenario, day, each.number)))
        for each in arrivals(day, count, played, levels)
    ]
    with terminal.progress(say(f"{count} hồ sơ", f"{count} dossiers"), count) as done:
        over = carry(client, journeys, done)
    return _Lived(day.date(), over.astimezone(LOCAL).date(), journeys)


def _played(folder: Path) -> Iterator[tuple[str, list[Scenario]]]:
    for bundle in bundles((folder,)):
        if scenarios := scenarios_of(bundle.place, None):
            yield bundle.place.name, scenarios


def _code(scenario: Scenario, day: Any, number: int) -> str | None:
    """Other systems name the dossiers that they hand in; all others the service names when it accepts them."""
    return scenario.key(day, number) if scenario.packet or scenario.message else None


def _totals(client: Client, lived: _Lived) -> dict[str, Any]:
    return {
        "dossiers": len(lived.journeys),
        "held": sum(journey.held for journey in lived.journeys),
        "verified": sum(bool(journey.verification.get("identical")) for journey in lived.journeys),
        "records": sum(journey.verification.get("records", 0) for journey in lived.journeys),
        "procedures": len({journey.arrival.scenario.procedure for journey in lived.journeys}),
        "papers": sum(1 for _ in client.items("/v1/papers", state="published")),
        "requests": {name: system.get("/arrived")["requests"] for name, system in systems(client).items()},
        "incidents": sum(1 for _ in client.items("/v1/incidents", state="open")),
        "parked": sum(1 for _ in client.items("/v1/parked-packets")),
        "faults": [f"{j.arrival.scenario.procedure} {j.arrival.scenario.name}: {j.fault}" for j in lived.journeys if not j.held],
    }  # fmt: skip


def _show(lived: _Lived, totals: Mapping[str, Any]) -> None:
    columns = [
        say("Thủ tục", "Procedure"),
        say("Hồ sơ", "Dossiers"),
        say("Như mong đợi", "As expected"),
        say("Kiểm chứng", "Verified"),
    ]
    terminal.table(columns, list(_rows(lived.journeys)), right=(1, 2, 3), whole=(0,))
    for fault in totals["faults"]:
        terminal.tell(f"✘ {fault}", "bold red")
    for line in _sentences(lived, totals):
        terminal.tell(line)


def _rows(journeys: Sequence[Journey]) -> Iterator[list[str]]:
    all_, held, verified = Counter[str](), Counter[str](), Counter[str]()
    for journey in journeys:
        name = journey.arrival.scenario.procedure
        all_[name] += 1
        held[name] += journey.held
        verified[name] += bool(journey.verification.get("identical"))
    for name in all_:
        yield [name, str(all_[name]), str(held[name]), str(verified[name])]


def _sentences(lived: _Lived, totals: Mapping[str, Any]) -> Iterator[str]:
    dossiers, verified, records, papers = (totals[name] for name in ("dossiers", "verified", "records", "papers"))
    yield say(
        f"{dossiers} hồ sơ nộp ngày {lived.first:%d/%m/%Y}, xong hết ngày {lived.last:%d/%m/%Y}; {verified} lịch sử chạy lại giống hệt "
        f"({records} bản ghi); {totals['seconds']:g} giây.",
        f"{dossiers} dossiers of {lived.first:%d/%m/%Y}, the last over on {lived.last:%d/%m/%Y}; {verified} histories identical when "
        f"executed again ({records} records); {totals['seconds']:g} seconds.",
    )
    yield say(f"{papers} giấy tờ đã ký số và phát hành.", f"{papers} papers signed and published.")
    asked = ", ".join(f"{name} {number}" for name, number in totals["requests"].items())
    yield say(f"Yêu cầu gửi các hệ thống: {asked}.", f"Requests to the systems: {asked}.")
    incidents, parked = totals["incidents"], totals["parked"]
    yield say(
        f"Sự cố còn mở: {incidents}; gói tin phải xem: {parked}.",
        f"Open incidents: {incidents}; packets to look at: {parked}.",
    )
