"""Walks for figures on every store: nothing is left out or told twice, however the pages fall."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import astuple
from pathlib import Path

import pytest

from adapters.database import figures
from engine.domain.values import written
from tests.engine.analysis.year import BEGIN, END, HOUR, Told, milestones, stored, year

EVERYTHING = year(60)


@pytest.mark.parametrize("page", [1, 7, 5_000])
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_each_is_walked_once(
    kind: str, page: int, new_store: Callable[[str, Path], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was over before the period, and still, or came after it is not read; of a unit only its own."""
    monkeypatch.setattr(figures, "PAGE", page)
    begin, end = BEGIN + 2_000 * HOUR, END - 2_000 * HOUR
    store = stored(EVERYTHING, new_store(kind, tmp_path))
    with store.read() as queries:
        walked = sorted(
            (c.key, c.unit, c.channel, str(c.milestones)) for c in queries.courses(written(begin), written(end))
        )
        mine = [str(c.unit) for c in queries.courses(written(begin), written(end), ["u1", "u3"])]
        papers = sorted(map(astuple, queries.counted_papers(written(begin), written(end))), key=str)
        assert [] == list(queries.courses(written(begin), written(end), []))
    store.close()

    there = [told for told in EVERYTHING if told.events[0].at < end and _counted(told) >= written(begin)]
    assert sorted((t.key, t.unit, t.channel, str(milestones(t))) for t in there) == walked
    assert 0 < len(walked) < len(EVERYTHING)
    assert sorted(t.unit for t in there if t.unit in ("u1", "u3")) == sorted(mine)
    out = [(t, p) for t in EVERYTHING for p in t.papers if p[1] < end and (p[2] is None or p[2] >= begin)]
    assert len(out) == len(papers)


def _counted(told: Told) -> str:
    """When something of it changed last; after everything where it was not settled, or was opened again."""
    course = milestones(told)
    known = [changed["ended_at"] for _, changed in course if "ended_at" in changed]
    return course[-1][0] if known and known[-1] else "~"
