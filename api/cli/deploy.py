"""``motcua deploy``: publish procedures on a running service."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from api.cli import terminal
from api.cli.asked import Asked, Place, option
from api.cli.bundle import bundles
from api.cli.client import Refused, fault_line, service
from api.cli.language import say
from api.cli.program import command


@command(
    "deploy",
    vi="Ban hành quy trình trên dịch vụ đang chạy.\n\nMỗi thư mục thủ tục hoặc tệp .zip là một lần ban hành; các tệp lẻ "
    "đi chung một lần. Nội dung đã có thì không thành phiên bản mới.",
    en="Publish procedures on a running service.\n\nEach procedure's folder or .zip is one deployment, all single files "
    "together are one. What is already there makes no new version.",
)
@click.argument("paths", metavar="PATH…", nargs=-1, required=True, type=Place())
@option("--dry-run", is_flag=True, vi="Chỉ thử, không lưu gì.", en="Only try it; store nothing.")
@click.pass_context
def deploy(ctx: click.Context, paths: tuple[Path, ...], dry_run: bool) -> None:
    """Publish each bundle; one that is refused does not keep the others back."""
    asked, client, answers, refusals = ctx.ensure_object(Asked), service(), [], 0
    for bundle in bundles(paths):
        try:
            answer = client.upload("/v1/deployments", bundle.parts, dryRun=dry_run)
        except Refused as refused:
            if not refused.problem.get("errors"):
                raise
            answer, refusals = refused.problem, refusals + 1
            _tell_refusal(asked, bundle.place, refused)
        else:
            _tell_deployment(asked, bundle.place, answer, dry_run)
        answers.append({"path": str(bundle.place), **answer})
    if asked.json:
        terminal.answer(answers)
    if refusals:
        ctx.exit(1)


def _tell_refusal(asked: Asked, place: Path, refused: Refused) -> None:
    if not asked.json:
        terminal.complain(f"{place}: {refused.lines[0]}", *refused.lines[1:])


def _tell_deployment(asked: Asked, place: Path, answer: dict[str, Any], dry_run: bool) -> None:
    if asked.json:
        return
    done = say("dùng được, chưa lưu gì", "fit to be deployed, nothing stored") if dry_run else say("đã ban hành", "deployed")  # fmt: skip
    for definition in answer["processDefinitions"]:
        version = say("phiên bản", "version")
        terminal.tell(
            f"{place}: {definition['key']} {version} {definition['version']} – {done} ({definition['hash'][:12]})"
        )
    for warning in answer.get("warnings", []):
        terminal.tell(f"  {say('cảnh báo', 'warning')}: {fault_line(warning)}", "yellow")
