"""A backup becomes a store again: checked first, all of it or nothing, and never over another."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from api.backup import BackupDamaged, Manifest, read_manifest, unpack
from api.bootstrap import copies, hold, schema, store_of
from api.settings import Settings
from engine.domain.errors import OperatorRefusal
from engine.service.catalog import Catalog
from engine.service.history import verify

SAMPLE = 100
"""Histories of each tenant that are verified where not all are."""


class StoreNotEmpty(OperatorRefusal):
    """What is there might be needed; a new file or database costs nothing."""

    code = "storeNotEmpty"
    vi = "Tại {place} đã có dữ liệu; bản sao lưu chỉ khôi phục vào tệp hoặc cơ sở dữ liệu mới."
    en = "There is data at {place}; a backup is restored only into a new file or database."


class OtherDatabase(OperatorRefusal):
    """A copy fits the kind of database that it was made of."""

    code = "otherDatabase"
    vi = "Bản sao lưu này là của {made_of}, không khôi phục được vào {wanted}."
    en = "This backup is of {made_of} and cannot be restored into {wanted}."


class MadeByNewer(OperatorRefusal):
    """Only as new a program can read it."""

    code = "madeByNewer"
    vi = "Bản sao lưu do phiên bản {product} (cấu trúc {schema}) tạo, mới hơn chương trình này; hãy nâng cấp chương trình trước."
    en = "Version {product} (schema {schema}) made this backup, which is newer than this program; upgrade the program first."


@dataclass(frozen=True, slots=True)
class Restored:
    """What became of a backup."""

    manifest: Manifest
    schema: str
    verified: int
    unlike: tuple[tuple[str, str], ...]
    """Histories that do not verify, with the reason; they were so when they were backed up."""


def restore(settings: Settings, file: Path, *, every: bool, progress: Callable[[int], object]) -> Restored:
    """Make a store of a backup at the address of the settings, which is empty, and bring it to the newest schema.

    Raises:
        BackupDamaged, OtherDatabase, MadeByNewer, StoreNotEmpty, StoreInUse, ProgramMissing, CopyFailed
    """
    manifest = read_manifest(file)
    _check(settings.database_url, manifest)
    with hold(settings), tempfile.TemporaryDirectory(prefix="motcua-", dir=_beside(settings.database_url)) as folder:
        if not copies.is_empty(settings.database_url):
            raise StoreNotEmpty(place=copies.place(settings.database_url))
        copy = Path(folder, manifest.part)
        unpack(file, copy)
        with _new_store(settings.database_url, copy, Path(folder, "new.db")) as url:
            _same(file, manifest, url)
            schema.upgrade(url)
            verified, unlike = _verified(url, manifest, SAMPLE if not every else None, progress)
    return Restored(manifest, schema.head(), verified, unlike)


def _check(url: str, manifest: Manifest) -> None:
    if manifest.database != copies.kind(url):
        raise OtherDatabase(made_of=manifest.database, wanted=copies.kind(url))
    if not schema.knows(manifest.contents.schema):
        raise MadeByNewer(product=manifest.product, schema=manifest.contents.schema)


def _beside(url: str) -> Path | None:
    """Where a file can be renamed to the store's name; a dump only passes through."""
    return None if copies.kind(url) != "sqlite" else copies.file_of(url).parent


@contextmanager
def _new_store(url: str, copy: Path, aside: Path) -> Iterator[str]:
    """The address of a store that the copy was put into; in its place when all went well, and gone when it did not."""
    sqlite = copies.kind(url) == "sqlite"
    made = f"sqlite:///{aside}" if sqlite else url
    try:
        copies.put(made, copy)
        yield made
    except BaseException:
        copies.clear(made)
        raise
    if sqlite:
        copies.settle(aside, copies.file_of(url))


def _same(file: Path, manifest: Manifest, url: str) -> None:
    if copies.contents(url) != manifest.contents:
        raise BackupDamaged(file=str(file), why="what is in it is not what its manifest says")


def _verified(
    url: str, manifest: Manifest, most: int | None, progress: Callable[[int], object]
) -> tuple[int, tuple[tuple[str, str], ...]]:
    done, unlike = 0, []
    for tenant in manifest.contents.tenants:
        store, catalog = store_of(url, tenant.name), Catalog()
        with store.read() as queries:
            step = 1 if most is None else max(1, tenant.process_instances // most)
            for stream in list(queries.streams())[::step]:
                found = verify(queries, catalog, stream)
                done += 1
                progress(done)
                if found.first_difference is not None:
                    unlike.append((stream, found.first_difference.reason))
        store.close()
    return done, tuple(unlike)
