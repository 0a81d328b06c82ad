"""The levels of government: of units and of procedures, in every language and notation that names them; nowhere else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Level:
    """One level. ``said`` is what procedure.toml calls it, None where procedures have no such level."""

    code: str
    said: str | None
    vi: str
    en: str


LEVELS: Mapping[str, Level] = {
    level.code: level
    for level in (
        Level("central", "trung_uong", "cấp trung ương", "central government"),
        Level("province", "tinh", "cấp tỉnh", "province"),
        Level("department", None, "sở, ban, ngành", "department of the province"),
        Level("district", "huyen", "cấp huyện", "district (until 30 June 2025)"),
        Level("commune", "xa", "cấp xã", "commune"),
    )
}
OF_UNITS = ("province", "department", "district", "commune")
"""Of those that stand in a tree of units. Which of them there are on a day the tree says: since July 2025 no district."""
OF_PROCEDURES: Mapping[str, Level] = {
    level.said: LEVELS[code]
    for code in ("province", "district", "commune", "central")
    if (level := LEVELS[code]).said is not None
}
"""By what procedure.toml calls them."""


def codes(said: Iterable[str]) -> tuple[str, ...]:
    """The levels that a procedure names: one, or several where each may handle it."""
    return tuple(OF_PROCEDURES[each].code for each in said if each in OF_PROCEDURES)
