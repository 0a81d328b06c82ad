"""``motcua demo``: dossiers carried through their procedures over HTTP, in virtual time, and what came of them.

It knows no procedure: what there is to show lies in ``bpmn/<procedure>/scenarios``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import click

from api.cli import terminal
from api.cli.asked import Asked, Place, option
from api.cli.bundle import Bundle, bundles
from api.cli.client import Client, service
from api.cli.demo.outcome import Outcome, judged
from api.cli.demo.own_service import own_service
from api.cli.demo.province import province
from api.cli.demo.scenario import BPMN, FIRST, Scenario, scenarios_of
from api.cli.demo.stage import Stage
from api.cli.demo.walk import Walk, advance
from api.cli.failure import Failed
from api.cli.language import say
from api.cli.program import Family


@click.group(
    "demo",
    cls=Family,
    invoke_without_command=True,
    vi="Đưa hồ sơ đi hết thủ tục qua HTTP, theo giờ ảo, và kể lại từng bước.\n\nKhông có --url thì tự chạy một dịch vụ "
    "tạm rồi tắt đi. Có --url thì dịch vụ đó phải dùng đồng hồ ảo (MOTCUA_CLOCK=virtual), và giờ của nó bị dời.",
    en="Carry dossiers through their procedures over HTTP, in virtual time, and tell every step.\n\nWithout --url a "
    "service is started for it and ended afterwards. A service at --url needs a virtual clock (MOTCUA_CLOCK=virtual), "
    "and its time is moved.",
)
@option("--procedure", "procedures", multiple=True, metavar="NAME",
        vi="Chỉ thủ tục này (lặp lại được).", en="Only this procedure (may be repeated).")  # fmt: skip
@option("--scenario", "names", multiple=True, metavar="NAME",
        vi="Kịch bản này (mặc định: đường chính và đường xấu nhất).",
        en="This scenario (default: the main path and the worst one).")  # fmt: skip
@option("--all", "every", is_flag=True, vi="Mọi kịch bản.", en="Every scenario.")
@option("--bpmn", "folder", default=BPMN, metavar="DIR", type=Place(folder=True),
        vi="Thư mục chứa các thủ tục.", en="Folder of the procedures.")  # fmt: skip
@click.pass_context
def demo(ctx: click.Context, procedures: tuple[str, ...], names: tuple[str, ...], every: bool, folder: Path) -> None:
    """Show each scenario, then a table over all of them; fail when one did not end as it should."""
    if ctx.invoked_subcommand is not None:
        return
    shown = _chosen(folder, procedures, None if every else names or FIRST)
    asked = ctx.ensure_object(Asked)
    stage = Stage(silent=asked.json)
    outcomes: list[Outcome] = []
    for bundle, scenarios in shown:
        # Each procedure begins today: together they would outlive the calendar.
        with _service(asked, folder) as client:
            advance(client, timedelta())
            _share(client, folder)
            outcomes += _performed(client, stage, bundle, scenarios)
    if asked.json:
        terminal.answer([outcome.answer() for outcome in outcomes])
    else:
        stage.sum_up(outcomes)
    if not all(outcome.held for outcome in outcomes):
        ctx.exit(1)


demo.add_command(province)


def _chosen(
    folder: Path, procedures: Sequence[str], names: Sequence[str] | None
) -> list[tuple[Bundle, list[Scenario]]]:
    there = {bundle.place.name: bundle for bundle in bundles((folder,))}
    _demand(say("thủ tục", "procedure"), procedures, there)
    chosen = [
        (bundle, scenarios_of(bundle.place, names))
        for name, bundle in there.items()
        if not procedures or name in procedures
    ]
    if names is not None and names is not FIRST:
        all_ = {path.stem for bundle, _ in chosen for path in bundle.place.glob("scenarios/*.toml")}
        _demand(say("kịch bản", "scenario"), names, all_)
    if not any(scenarios for _, scenarios in chosen):
        raise Failed(say(f"Không có kịch bản nào trong {folder}.", f"There is no scenario in {folder}."))
    return chosen


def _demand(what: str, wanted: Sequence[str], there: dict[str, Bundle] | set[str]) -> None:
    for name in wanted:
        if name not in there:
            raise click.UsageError(
                say(f"Không có {what} “{name}”. Có: {', '.join(sorted(there))}.",
                    f"There is no {what} '{name}'. There are: {', '.join(sorted(there))}."),
            )  # fmt: skip


@contextmanager
def _service(asked: Asked, folder: Path) -> Iterator[Client]:
    if asked.url is not None:
        yield service()
        return
    with own_service(folder) as client:
        yield client


def _share(client: Client, folder: Path) -> None:
    """Deploy what procedures call and send to: it has no scenarios of its own, and whoever needs it is refused without it."""
    for bundle in bundles((folder,)):
        if not any(bundle.place.glob("scenarios/*.toml")):
            client.upload("/v1/deployments", bundle.parts)


def _performed(client: Client, stage: Stage, bundle: Bundle, scenarios: list[Scenario]) -> Iterator[Outcome]:
    if not scenarios:
        return
    definitions = client.upload("/v1/deployments", bundle.parts)["processDefinitions"]
    definition = next((d for d in definitions if d["key"] == bundle.place.name), definitions[0])
    for scenario in scenarios:
        yield _played(client, stage, scenario, definition)


def _played(client: Client, stage: Stage, scenario: Scenario, definition: dict[str, Any]) -> Outcome:
    stage.open(scenario, definition["name"])
    walk, stopped = Walk(client, scenario, definition["key"], stage.tell), None
    try:
        walk.go()
    except Failed as failed:
        stopped = " ".join(failed.lines)
    outcome = judged(walk, stopped)
    stage.close(outcome)
    return outcome
