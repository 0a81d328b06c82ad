"""An archive in a folder: for each month a folder, for each file three parts beside each other.

``….ndjson`` has the histories, ``….values`` what is personal in them, documents too, ``….json`` the manifest. As long as
``….pending`` stands beside them, the instances may still be in the database as well.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import orjson

from engine.domain.archive import ArchiveFile
from engine.domain.errors import ArchiveDamaged, ArchiveInUse

HISTORIES, VALUES, MANIFEST, PENDING = ".ndjson", ".values", ".json", ".pending"


class ArchiveFolder:
    """The port ``Archive``."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep other processes out; the system takes the lock back from a dead one."""
        self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = os.open(self.root / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield
        except BlockingIOError:
            raise ArchiveInUse(folder=str(self.root)) from None
        finally:
            os.close(lock)

    def pending(self) -> Sequence[str]:
        """Files whose instances have not all been let go of."""
        return sorted(str(mark.relative_to(self.root))[: -len(PENDING)] for mark in self.root.glob(f"*/*{PENDING}"))

    def write(self, file: ArchiveFile) -> None:
        """Write all parts durably, the histories last: what has them has everything. What is there is never written over."""
        folder = self._part(file.name, "").parent
        if not folder.exists():
            folder.mkdir(mode=0o700)
            _make_durable(self.root)
        _write(self._part(file.name, PENDING), b"")
        parts = {VALUES: file.values, MANIFEST: file.manifest, HISTORIES: file.histories}
        for end, content in parts.items():
            if not self._part(file.name, end).exists():
                _write(self._part(file.name, end), content)

    def read_back(self, name: str) -> bytes | None:
        """The manifest of a file whose parts are all there as they were written; None where writing was never finished.

        Raises:
            ArchiveDamaged: they are not what was written.
        """
        if not self._part(name, HISTORIES).exists():
            return None
        manifest = self._part(name, MANIFEST).read_bytes()
        if self._hashes(name) != _said(manifest):
            raise ArchiveDamaged(file=name)
        return manifest

    def _hashes(self, name: str) -> tuple[str, ...]:
        return tuple(sha256(self._part(name, end).read_bytes()).hexdigest() for end in (HISTORIES, VALUES))

    def settle(self, name: str) -> None:
        """Every instance of the file has been let go of."""
        self._part(name, PENDING).unlink()
        _make_durable(self._part(name, PENDING).parent)

    def discard(self, name: str) -> None:
        """Take away what was never finished."""
        for end in (VALUES, MANIFEST, PENDING):
            self._part(name, end).unlink(missing_ok=True)

    def _part(self, name: str, end: str) -> Path:
        return self.root / f"{name}{end}"


def _write(place: Path, content: bytes) -> None:
    """There whole or not at all, and on the disk."""
    aside = place.with_name(f"{place.name}.part")
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    aside.rename(place)
    _make_durable(place.parent)


def _make_durable(folder: Path) -> None:
    held = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(held)
    finally:
        os.close(held)


def _said(manifest: bytes) -> tuple[str, str] | None:
    """What the parts were when they were written; values are fewer once some are erased."""
    try:
        said = orjson.loads(manifest)
        return said["sha256"], said["valuesSha256"]
    except (ValueError, KeyError, TypeError):
        return None
