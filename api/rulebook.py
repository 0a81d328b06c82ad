"""The rulebook: sets of indicators, forms of reports, and figures from outside, as files.

Some come with the service; the operator's stand in a folder of his own (``MOTCUA_FIGURES``): ``indicators/*.toml``,
``reports/*.toml``, ``outside.toml``. Of several with one id the one counts that is in force on the period's last day.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from engine.analysis.indicators import IndicatorSet, Outside
from engine.analysis.reports import ReportForm
from engine.domain.procedure import plain

SUPPLIED = Path(__file__).parent.parent / "adapters"


class RulebookRefused(Exception):
    """A file of the rulebook cannot be used; the message names it."""


@dataclass(frozen=True, slots=True)
class Rulebook:
    """Everything by which figures are made."""

    sets: tuple[IndicatorSet, ...]
    forms: tuple[ReportForm, ...]
    outside: tuple[Outside, ...] = ()


def read_rulebook(folder: Path | None = None) -> Rulebook:
    """What comes with the service, and what the operator adds.

    Raises:
        RulebookRefused: a file cannot be read, is none, or says what another says.
    """
    folders = [SUPPLIED] if folder is None else [SUPPLIED, folder]
    if folder is not None and not folder.is_dir():
        raise RulebookRefused(f"{folder}: there is no such folder")
    return Rulebook(
        tuple(_each(folders, "indicators", IndicatorSet.read)),
        tuple(_each(folders, "reports", ReportForm.read)),
        () if folder is None else tuple(_outside(folder / "outside.toml")),
    )


def _each(folders: list[Path], kind: str, read: Any) -> Iterator[Any]:
    known: set[tuple[str, str]] = set()
    for path in (path for folder in folders for path in sorted((folder / kind).glob("*.toml"))):
        try:
            found = read(plain(tomllib.loads(path.read_text())))
        except Exception as error:
            raise RulebookRefused(f"{path}: {type(error).__name__}: {error}") from error
        if (found.id, found.valid_from) in known:
            raise RulebookRefused(f"{path}: there is another {found.id} from {found.valid_from} on")
        known.add((found.id, found.valid_from))
        yield found


def _outside(path: Path) -> Iterator[Outside]:
    if not path.exists():
        return
    try:
        for row in plain(tomllib.loads(path.read_text()))["figure"]:
            yield _figure(**row)
    except Exception as error:
        raise RulebookRefused(f"{path}: {type(error).__name__}: {error}") from error


def _figure(*, name: str, value: float, first: str, last: str, source: str, group: str | None = None) -> Outside:
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise ValueError(f"{name}: a figure is a number from 0 on")
    if date.fromisoformat(first) > date.fromisoformat(last):
        raise ValueError(f"{name}: its period ends before it begins")
    return Outside(name, value, first, last, source, group)
