"""Variables as they are given on the command line: ``--var name=json``, ``--file values.json``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from api.cli.asked import Place, option
from api.cli.language import say

var = option(
    "--var", "pairs", multiple=True, metavar="NAME=JSON",
    vi="Một giá trị, ví dụ --var so_tien=75000 hoặc --var 'ten=\"An\"' (lặp lại được).",
    en="One value, like --var amount=75000 or --var 'name=\"An\"' (may be repeated).",
)  # fmt: skip
file = option(
    "--file", "source", type=Place(folder=False),
    vi="Tệp JSON chứa các giá trị; --var ghi đè.", en="A JSON file with values; --var overrides it.",
)  # fmt: skip


def read(pairs: tuple[str, ...], source: Path | None) -> dict[str, Any]:
    """All values: those of the file, then the single ones.

    Raises:
        BadParameter: something is no JSON, or has no name.
    """
    values = {} if source is None else _of_file(source)
    for pair in pairs:
        name, sign, text = pair.partition("=")
        if not sign or not name:
            _refuse("--var", say(f"“{pair}” phải có dạng tên=giá_trị.", f"'{pair}' must be name=json."))
        values[name] = _value(name, text)
    return values


def _of_file(source: Path) -> dict[str, Any]:
    try:
        values = json.loads(source.read_bytes())
    except ValueError as error:
        _refuse("--file", say(f"{source} không phải JSON: {error}", f"{source} is no JSON: {error}"))
    if not isinstance(values, dict):
        _refuse("--file", say(f"{source} phải là một đối tượng JSON.", f"{source} must be one JSON object."))
    return dict(values)


def _value(name: str, text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        quoted = json.dumps(text, ensure_ascii=False)
        _refuse(
            "--var",
            say(
                f"{text} không phải JSON. Nếu là chữ, hãy viết --var '{name}={quoted}'",
                f"{text} is no JSON. If it is a text, write --var '{name}={quoted}'",
            ),
        )


def _refuse(hint: str, why: str) -> Any:
    raise click.BadParameter(why, param_hint=hint)
