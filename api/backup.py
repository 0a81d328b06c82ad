"""A backup: one file with all that a service keeps, and a manifest by which it is recognised and checked.

It is a tar of ``manifest.json`` and the copy of the database. Everything that is state is in the database: nothing else is
copied. What the environment says (addresses, the administrator's key in clear, what is trusted) is not in it.
"""

from __future__ import annotations

import io
import os
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any

import orjson

from api.bootstrap import copies, machine_time
from api.settings import Settings
from engine.domain.errors import OperatorRefusal

FORMAT, VERSION = "motcua-backup", 1
MANIFEST = "manifest.json"
_PARTS = {"sqlite": "store.db", "postgresql": "store.dump"}
_CHUNK = 1 << 20


class BackupDamaged(OperatorRefusal):
    """The file is no backup, or not the one that was written."""

    code = "backupDamaged"
    vi = "Tệp {file} không phải là bản sao lưu nguyên vẹn: {why}."
    en = "{file} is not an intact backup: {why}."


class BackupThere(OperatorRefusal):
    """A backup is never written over another."""

    code = "backupThere"
    vi = "Đã có {file}; hãy chọn tên khác."
    en = "{file} is there already; choose another name."


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself."""

    product: str
    made_at: str
    database: str
    part: str
    size: int
    sha256: str
    contents: copies.Contents

    def written(self) -> bytes:
        """Its bytes, for people to read as well."""
        said = {"format": FORMAT, "version": VERSION, **asdict(self)}
        return orjson.dumps(said, option=orjson.OPT_INDENT_2) + b"\n"

    @classmethod
    def read(cls, content: bytes) -> Manifest:
        """The manifest that these bytes are.

        Raises:
            ValueError: they are none of a version that is known here.
        """
        said: dict[str, Any] = orjson.loads(content)
        if (said.pop("format", None), said.pop("version", None)) != (FORMAT, VERSION):
            raise ValueError(f"{MANIFEST} does not say {FORMAT} {VERSION}")
        held = said.pop("contents")
        tenants = tuple(copies.Tenant(**tenant) for tenant in held["tenants"])
        return cls(**said, contents=copies.Contents(held["schema"], tenants))

    @property
    def process_instances(self) -> int:
        """Of all tenants."""
        return sum(tenant.process_instances for tenant in self.contents.tenants)


def write(settings: Settings, file: Path) -> Manifest:
    """Back up a store, also while a service runs on it; the file is there whole or not at all.

    Raises:
        BackupThere, NothingToCopy, ProgramMissing, CopyFailed, StoreUnavailable
    """
    if file.exists():
        raise BackupThere(file=str(file))
    with tempfile.TemporaryDirectory(prefix=f".{file.name}.", dir=file.resolve().parent) as folder:
        database = copies.kind(settings.database_url)
        part, whole = Path(folder, _PARTS[database]), Path(folder, "whole")
        held = copies.take(settings.database_url, part)
        manifest = Manifest(
            version("motcua"), machine_time(), database, part.name, part.stat().st_size, _hash_of(part), held
        )
        _pack(manifest, part, whole)
        whole.rename(file)
    copies.make_durable(file.resolve().parent)
    return manifest


def _pack(manifest: Manifest, part: Path, whole: Path) -> None:
    """Only its owner may read it: it holds what the store holds, keys of commitments included."""
    content = manifest.written()
    with os.fdopen(os.open(whole, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        with tarfile.open(fileobj=file, mode="w") as tar:
            entry = tarfile.TarInfo(MANIFEST)
            entry.size, entry.mode = len(content), 0o600
            tar.addfile(entry, io.BytesIO(content))
            tar.add(part, part.name)
        file.flush()
        os.fsync(file.fileno())


def read_manifest(file: Path) -> Manifest:
    """What a backup says of itself; the copy is not looked at yet.

    Raises:
        BackupDamaged: the file is none.
    """
    with _opened(file) as (manifest, _):
        return manifest


def unpack(file: Path, to: Path) -> None:
    """Write a backup's copy of the database into a file, and see that it is the one that was backed up.

    Raises:
        BackupDamaged: it is not.
    """
    with _opened(file) as (manifest, copy), to.open("wb") as out:
        digest, size = sha256(), 0
        while chunk := copy.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
            out.write(chunk)
        if (size, digest.hexdigest()) != (manifest.size, manifest.sha256):
            raise BackupDamaged(file=str(file), why=f"{manifest.part}: sha256")


@contextmanager
def _opened(file: Path) -> Iterator[tuple[Manifest, IO[bytes]]]:
    try:
        with tarfile.open(file, "r:") as tar:
            manifest = Manifest.read(_member(tar, MANIFEST).read())
            yield manifest, _member(tar, manifest.part)
    except (tarfile.TarError, ValueError, KeyError, TypeError, EOFError) as error:
        raise BackupDamaged(file=str(file), why=str(error) or type(error).__name__) from error


def _member(tar: tarfile.TarFile, name: str) -> IO[bytes]:
    found = tar.extractfile(name)
    if found is None:
        raise KeyError(f"{name} is no file")
    return found


def _hash_of(file: Path) -> str:
    with file.open("rb") as opened:
        digest = sha256()
        while chunk := opened.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
