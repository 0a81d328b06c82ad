"""The command line: ``motcua``, one file for each command.

``serve``, ``worker``, ``db``, ``rebuild``, ``archive``, ``backup``, ``restore`` and ``lint`` work by themselves; everything
else is said to a running service over HTTP, so that whoever sits at a terminal goes through the same door as the portal.
"""

from __future__ import annotations

from api.cli.program import Program

COMMANDS = {
    "serve": "api.cli.serve",
    "worker": "api.cli.worker",
    "deploy": "api.cli.deploy",
    "lint": "api.cli.lint",
    "approve": "api.cli.approve",
    "procedures": "api.cli.procedures",
    "start": "api.cli.start",
    "tasks": "api.cli.tasks",
    "complete": "api.cli.complete",
    "why": "api.cli.why",
    "modify": "api.cli.modify",
    "batch": "api.cli.batch",
    "history": "api.cli.history",
    "verify": "api.cli.verify",
    "export": "api.cli.export",
    "indicators": "api.cli.indicators",
    "report": "api.cli.report",
    "rebuild": "api.cli.rebuild",
    "events": "api.cli.events",
    "subscriptions": "api.cli.subscriptions",
    "keys": "api.cli.keys",
    "org": "api.cli.org",
    "calendar": "api.cli.calendar",
    "connectors": "api.cli.connectors",
    "sandbox": "api.cli.sandbox",
    "db": "api.cli.db",
    "archive": "api.cli.archive",
    "backup": "api.cli.backup",
    "restore": "api.cli.restore",
    "demo": "api.cli.demo",
}
"""Where each command is; only the one that is asked for is imported."""

main = Program(
    "motcua",
    COMMANDS,
    vi="Công cụ dòng lệnh của một cửa: quy trình BPMN chạy thành thủ tục hành chính.",
    en="The one-stop counter's command line: BPMN diagrams that run as administrative procedures.",
)

__all__ = ["COMMANDS", "main"]
