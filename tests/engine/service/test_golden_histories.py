"""Histories of every version so far, kept for ever: an auditor's file must verify whatever has changed since."""

from __future__ import annotations

import gzip
from pathlib import Path

import orjson
import pytest

from engine.domain.record import CONSEQUENCES, INPUTS
from engine.service.export import verify_export

FOLDER = Path(__file__).parents[2] / "histories"
FILES = sorted(FOLDER.glob("*/*.jsonl*"))


def lines_of(file: Path) -> list[bytes]:
    """A history's lines; long ones are compressed."""
    content = file.read_bytes()
    return (gzip.decompress(content) if file.suffix == ".gz" else content).splitlines(keepends=True)


@pytest.mark.parametrize("file", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_an_old_history_comes_out_the_same(file: Path) -> None:
    """A change of behaviour is the next version of the rules; these were executed under theirs."""
    verification = verify_export(lines_of(file))

    assert verification.identical, verification.first_difference
    assert verification.records == verification.recomputed


@pytest.mark.parametrize("file", FILES[::10], ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_touched_history_does_not(file: Path) -> None:
    """The test above must be able to fail: a history that lost its last row, or two rows changed places."""
    header, *rows = lines_of(file)

    assert not verify_export([header, *rows[:-1]]).identical
    assert not verify_export([header, *rows[::-1]]).identical or len(rows) == 1


def test_every_kind_of_record_is_kept() -> None:
    """What no old history holds could change without anybody noticing."""
    bodies = [orjson.loads(orjson.loads(row)["body"]) for file in FILES for row in lines_of(file)[1:]]
    seen = {kind for body in bodies for kind, _ in body["records"]}

    assert len(FILES) >= 40
    assert {*INPUTS, *CONSEQUENCES} == seen
