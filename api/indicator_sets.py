"""Sets of indicators: files of the operator, beside those that come with the service."""

from __future__ import annotations

import tomllib
from pathlib import Path

from engine.analysis.indicators import IndicatorSet

FOLDER = Path(__file__).parent.parent / "adapters" / "indicators"


def read_sets(folder: Path = FOLDER) -> dict[str, IndicatorSet]:
    """Every set, by id.

    Raises:
        LanguageError, KeyError, TypeError, ValueError: a file is none.
    """
    sets = (IndicatorSet.read(tomllib.loads(path.read_text())) for path in sorted(folder.glob("*.toml")))
    return {each.id: each for each in sets}
