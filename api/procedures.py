"""Procedures as folders: which files belong to one."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from engine.domain.definition import Resource

PATTERNS = ("*.bpmn", "forms/*.json", "tables/*.json", "tables/*.toml", "*.toml")
"""What of a procedure's folder is deployed; scenarios and notes are not."""


def is_procedure(folder: Path) -> bool:
    """Whether a folder has a diagram."""
    return any(folder.glob("*.bpmn"))


def files_of(folder: Path) -> list[Path]:
    """The files of one procedure."""
    return sorted(path for pattern in PATTERNS for path in folder.glob(pattern) if path.is_file())


def read(folder: Path, files: Iterable[Path]) -> tuple[Resource, ...]:
    """Files with their names relative to a folder."""
    return tuple(Resource(path.relative_to(folder).as_posix(), path.read_bytes()) for path in files)
