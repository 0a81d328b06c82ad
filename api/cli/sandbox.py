"""``motcua sandbox``: all outside systems, played on this machine."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path

import click

from api.cli import terminal
from api.cli.language import say
from api.cli.program import command
from engine.ports import Played

SECRET = "MOTCUA_SANDBOX"  # noqa: S105 - the name of a secret
NAMES = {
    "bundle": "lien_thong",
    "bus": "truc_tinh",
    "land_tax": "dat_thue",
    "notification": "thong_bao",
    "payment": "thanh_toan",
    "police": "cong_an",
    "portal": "cong_quoc_gia",
    "post": "buu_dien",
}
"""What diagrams call the systems."""
PATH = {"payment": "/ppdvcqg"}
SETTINGS: Mapping[str, Mapping[str, str]] = {
    "bundle": {"username": "h62"},
    "bus": {"client_id": "h62"},
    "notification": {
        "labelid": "1", "contracttypeid": "1", "contractid": "1", "agentid": "1", "apiuser": "h62", "username": "h62",
        "from": "motcua@example.vn",
    },
    "payment": {"partner": "VPHUC", "ip": "10.0.0.5"},
    "portal": {
        "profile": "2023", "agency": "000.00.00.H62", "username": "h62", "dstcode": "VN:GOV:G22", "auth": "/auth",
        "integration": "/integration", "share": "/share", "files": "https://motcua.example/v1",
    },
    "post": {"customer_code": "H62", "customer_key": "h62"},
}  # fmt: skip
TOLD = frozenset({"portal"})
"""Those that are told of every dossier by themselves."""
SECRETS: Mapping[str, tuple[str, ...]] = {
    "bundle": ("password", "inbound"),
    "bus": ("client_secret",),
    "land_tax": ("security_key",),
    "notification": ("apipass",),
    "payment": ("checksum",),
    "police": ("token",),
    "portal": ("password", "inbound"),
    "post": ("secret_key",),
}


@command(
    "sandbox",
    vi="Giả lập mọi hệ thống bên ngoài trên máy này, đến khi bấm Ctrl-C.",
    en="Play all outside systems on this machine, until Ctrl-C.",
)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write the file of connectors here.")
@click.option("--secret", default="bi-mat-thu", show_default=True, help="What all of them take as their secret.")
@click.option("--seconds", type=click.FloatRange(0.1), default=None, help="End by itself after so many seconds.")
def sandbox(out: Path | None, secret: str, seconds: float | None) -> None:
    """Say which connectors lead to them, then show what they are sent."""
    from api.bootstrap import play

    played = play(secret)
    try:
        _say_connectors(played, out)
        _watch(played, seconds)
    except KeyboardInterrupt:
        terminal.tell(say("Đã dừng.", "Stopped."))
    finally:
        for place in played.values():
            place.close()


def _say_connectors(played: Mapping[str, Played], out: Path | None) -> None:
    text = "\n".join(_connector(system, place.url) for system, place in played.items())
    if out is None:
        terminal.tell(text)
    else:
        out.write_text(text)
        terminal.tell(say(f"Đã ghi {out}.", f"Wrote {out}."))


def _connector(system: str, url: str) -> str:
    settings = "".join(f"{name} = {json.dumps(value)}\n" for name, value in SETTINGS.get(system, {}).items())
    secrets = "".join(f'{name} = "{SECRET}"\n' for name in SECRETS[system])
    name, told = NAMES[system], "dossiers = true\n" if system in TOLD else ""
    return (
        f'[{name}]\nsystem = "{system}"\nurl = "{url}{PATH.get(system, "")}"\nplain = true\nnetworks = ["127.0.0.0/8"]\n{told}'
        f"[{name}.settings]\n{settings}[{name}.secrets]\n{secrets}"
    )


def _watch(played: Mapping[str, Played], seconds: float | None) -> None:
    """Bodies are shown in full: nothing here is real."""
    shown, ends = dict.fromkeys(played, 0), None if seconds is None else time.monotonic() + seconds
    while ends is None or time.monotonic() < ends:
        for system, place in played.items():
            for request in place.arrived[shown[system] :]:
                shown[system] += 1
                terminal.tell(
                    f"{NAMES[system]}  {request.method} {request.path}  {request.body.decode(errors='replace')}"
                )
        time.sleep(0.1)
