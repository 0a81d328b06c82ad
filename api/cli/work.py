"""Where an instance stands and what there is to do, said in a few lines."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from api.cli import terminal
from api.cli.language import either, say
from api.cli.moments import local

_STATES = {
    "running": "đang chạy",
    "suspended": "tạm dừng",
    "completed": "đã xong",
    "terminated": "đã hủy",
    "failed": "thất bại",
    "active": "đang mở",
    "cancelled": "đã rút",
    "open": "đang mở",
}


def state(name: str) -> str:
    """A state in words."""
    return say(_STATES.get(name, name), name)


def tell_instance(instance: dict[str, Any]) -> None:
    """Its state, what it waits for, what went wrong in it."""
    terminal.tell(f"  {say('trạng thái', 'state')}: {state(instance['state'])}")
    for active in instance.get("activeElements") or []:
        terminal.tell(f"  {say('đang chờ', 'waiting')}: {active.get('name') or active['elementId']}{_for_whom(active)}")
    tell_incidents(instance.get("incidents") or [])


def _for_whom(active: dict[str, Any]) -> str:
    """Whose work it is, and until when."""
    for waits in active.get("waitingFor") or []:
        who = waits.get("assignee") or ", ".join(waits.get("candidateGroups") or [])
        due = f"{say('hạn', 'due')} {local(waits['dueAt'])}" if waits.get("dueAt") else ""
        if who or due:
            return f" ({', '.join(part for part in (who, due) if part)})"
    return ""


def tell_incidents(incidents: Any) -> None:
    """What needs a person before it can go on."""
    for incident in incidents if isinstance(incidents, list) else []:
        place = incident.get("elementName") or incident.get("elementId") or ""
        head = f"{say('sự cố', 'incident')} {incident.get('id', '')}"
        terminal.tell(f"  {head}: {place} – {either(incident.get('detail', ''))}", "bold red")


def tell_tasks(tasks: Iterable[dict[str, Any]]) -> None:
    """Work that came of it."""
    for task in tasks:
        due = f", {say('hạn', 'due')} {local(task['dueAt'])}" if task.get("dueAt") else ""
        terminal.tell(f"  → {task.get('name') or task['elementId']} ({whose(task)}{due})  {task['id']}")


def whose(task: dict[str, Any]) -> str:
    """Who may do a task: its holder, else its lane or groups."""
    groups = ", ".join(task.get("candidateGroups") or [])
    return task.get("assignee") or task.get("lane") or groups or say("bất kỳ ai", "anybody")
