"""Backups: of the right store, whole, checked before they are believed, and never over something else."""

from __future__ import annotations

import io
import os
import sqlite3
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from adapters.database import schema
from adapters.database.connection import parsed, writer
from adapters.database.copies import CopyFailed, NothingToCopy, ProgramMissing
from api import bootstrap
from api.backup import MANIFEST, BackupDamaged, BackupThere, Manifest, read_manifest, write
from api.restore import MadeByNewer, OtherDatabase, Restored, StoreNotEmpty, restore
from api.settings import Settings
from engine.domain.definition import Resource
from engine.service.command import Sender
from engine.service.deployments import Deploy
from engine.service.keys import hashed
from engine.service.process_instances import StartProcessInstance
from engine.service.rebuild import rebuild
from tests.conftest import Databases
from tests.engine.runtime.models import diagram, end, path, start, user

BY = Sender("test")
KEY = "a-key-that-is-kept"
MODEL = diagram(start() + user("a") + end() + path("s", "a", "e"), key="one")


@pytest.fixture(params=["sqlite", "postgresql"])
def fresh(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[str], Settings]:
    """Settings with an empty store of each kind."""
    if request.param == "sqlite":
        return lambda name: _settings(f"sqlite:///{tmp_path}/{name}.db")
    databases: Databases = request.getfixturevalue("postgresql_url")
    return lambda name: _settings(databases())


@pytest.fixture(autouse=True)
def programs(postgresql_programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The programs of the tests' own server."""
    monkeypatch.setenv("PATH", str(postgresql_programs), prepend=os.pathsep)


def _settings(url: str) -> Settings:
    return Settings(database_url=url, admin_key=KEY)


@contextmanager
def running(settings: Settings) -> Iterator[bootstrap.Service]:
    """A service that works on the store meanwhile."""
    service = bootstrap.wire(settings)
    service.start()
    try:
        yield service
    finally:
        service.stop()


def _fill(settings: Settings) -> list[str]:
    with running(settings) as service:
        service.writer.do(Deploy([Resource("one.bpmn", MODEL)]), BY)
        return [service.writer.do(StartProcessInstance(key="one", values={"n": n}), BY).head.id for n in range(3)]


def _restore(settings: Settings, file: Path, *, every: bool = True) -> Restored:
    return restore(settings, file, every=every, progress=lambda done: None)


def test_all_that_is_kept_comes_back(fresh: Callable[[str], Settings], tmp_path: Path) -> None:
    """Instances, their histories and who may enter: after a restore nobody has to set anything up again."""
    ids = _fill(fresh_one := fresh("one"))
    with running(fresh_one):  # it does not have to be stopped
        manifest = write(fresh_one, tmp_path / "b.tar")

    restored = _restore(two := fresh("two"), tmp_path / "b.tar")

    assert (3, 3, ()) == (manifest.process_instances, restored.verified, restored.unlike)
    assert schema.head() == restored.schema
    with running(two) as service:
        with service.store.read() as queries:
            assert set(ids) == set(queries.streams())
            assert queries.api_key_by_hash(hashed(KEY)) is not None
        assert 3 == rebuild(service.store, service.catalog)


def test_only_its_owner_may_read_it(tmp_path: Path) -> None:
    """It holds personal values and the keys of their commitments."""
    _fill(settings := _settings(f"sqlite:///{tmp_path}/a.db"))
    write(settings, tmp_path / "b.tar")

    assert 0o600 == (tmp_path / "b.tar").stat().st_mode & 0o777


def test_a_store_with_something_in_it_is_left_alone(fresh: Callable[[str], Settings], tmp_path: Path) -> None:
    """The wrong address must not cost the data that is there."""
    _fill(one := fresh("one"))
    write(one, tmp_path / "b.tar")
    _fill(two := fresh("two"))

    with pytest.raises(StoreNotEmpty):
        _restore(two, tmp_path / "b.tar")
    with running(two) as service, service.store.read() as queries:
        assert 3 == len(list(queries.streams()))


@pytest.mark.parametrize("at", [0.2, 0.5, 0.9])
def test_a_damaged_backup_leaves_nothing_behind(fresh: Callable[[str], Settings], tmp_path: Path, at: float) -> None:
    """Half a store that starts is worse than none."""
    _fill(one := fresh("one"))
    write(one, file := tmp_path / "b.tar")
    content = bytearray(file.read_bytes())
    with tarfile.open(file) as tar:
        part = tar.getmembers()[1]
    content[part.offset_data + int(part.size * at)] ^= 1
    file.write_bytes(content)

    with pytest.raises(BackupDamaged):
        _restore(two := fresh("two"), file)
    assert bootstrap.copies.is_empty(two.database_url)
    assert [] == list(tmp_path.glob("motcua-*"))


def test_what_its_manifest_does_not_say_is_not_taken(fresh: Callable[[str], Settings], tmp_path: Path) -> None:
    """A copy with other contents is not the one that was backed up, though its hash was made to fit."""
    _fill(one := fresh("one"))
    write(one, file := tmp_path / "b.tar")
    _change(file, lambda text: text.replace('"process_instances": 3', '"process_instances": 4'))

    with pytest.raises(BackupDamaged):
        _restore(two := fresh("two"), file)
    assert bootstrap.copies.is_empty(two.database_url)


def test_a_backup_of_a_newer_program_is_refused(tmp_path: Path) -> None:
    """An older program would misread it."""
    _fill(one := _settings(f"sqlite:///{tmp_path}/a.db"))
    write(one, file := tmp_path / "b.tar")
    _change(file, lambda text: text.replace(f'"schema": "{schema.head()}"', '"schema": "9999"'))

    with pytest.raises(MadeByNewer):
        _restore(_settings(f"sqlite:///{tmp_path}/c.db"), file)


def _change(file: Path, how: Callable[[str], str]) -> None:
    with tarfile.open(file) as tar:
        parts = {member.name: tar.extractfile(member).read() for member in tar}  # type: ignore[union-attr]
    changed = how(parts[MANIFEST].decode()).encode()
    assert changed != parts[MANIFEST]
    with tarfile.open(file, "w") as tar:
        for name, content in (parts | {MANIFEST: changed}).items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))


def test_an_older_schema_is_brought_up_to_date(tmp_path: Path) -> None:
    """The backup of last year is read by the program of today."""
    old = _settings(f"sqlite:///{tmp_path}/old.db")
    _old_store(old.database_url, tmp_path)
    manifest = write(old, tmp_path / "b.tar")

    restored = _restore(_settings(f"sqlite:///{tmp_path}/new.db"), tmp_path / "b.tar")

    assert "0004" == manifest.contents.schema
    assert (schema.head(), 1, ()) == (restored.schema, restored.verified, restored.unlike)


def _old_store(url: str, folder: Path) -> None:
    """A store as version 0004 had it, with one running instance."""
    engine = writer(parsed(url))
    with engine.begin() as opened:
        schema.migrate(opened, "0004")
    engine.dispose()
    _fill(now := _settings(f"sqlite:///{folder}/now.db"))
    store = sqlite3.connect(folder / "old.db")
    store.execute("ATTACH ? AS now", [now.database_url.removeprefix("sqlite:///")])
    first = "SELECT min(stream) FROM now.log WHERE stream NOT IN ('administration', 'access')"
    for table in ("log", "contents", "deployments", "process_definitions", "settings", "instance_keys"):
        which = {"log": "stream", "instance_keys": "instance_id"}.get(table)
        only = f" WHERE {which} IN ('administration', ({first}))" if which else ""
        store.execute(f"INSERT INTO {table} SELECT * FROM now.{table}{only}")
    names = [row[1] for row in store.execute("PRAGMA table_info(process_instances)")]
    columns = ", ".join(f'"{name}"' for name in names)
    store.execute(
        f"INSERT INTO process_instances ({columns}) SELECT {columns} FROM now.process_instances WHERE id = ({first})"
    )
    store.execute(f"INSERT INTO scopes SELECT * FROM now.scopes WHERE instance_id = ({first})")
    store.commit()
    store.close()


def test_a_history_that_was_damaged_before_is_named(tmp_path: Path) -> None:
    """The rest is worth having, and whoever restores it has to know."""
    ids = _fill(settings := _settings(f"sqlite:///{tmp_path}/a.db"))
    with sqlite3.connect(tmp_path / "a.db") as store:
        store.execute("UPDATE log SET body = CAST(replace(body, 'test', 'tess') AS BLOB) WHERE stream = ?", [ids[1]])
    store.close()
    write(settings, tmp_path / "b.tar")

    assert ((ids[1], "chain"),) == _restore(_settings(f"sqlite:///{tmp_path}/c.db"), tmp_path / "b.tar").unlike


def test_a_backup_is_not_written_over_another(tmp_path: Path) -> None:
    """The same name twice is a mistake in somebody's timetable, and the older one may be the good one."""
    _fill(settings := _settings(f"sqlite:///{tmp_path}/a.db"))
    write(settings, tmp_path / "b.tar")

    with pytest.raises(BackupThere):
        write(settings, tmp_path / "b.tar")


def test_nothing_is_backed_up_where_nothing_is(fresh: Callable[[str], Settings], tmp_path: Path) -> None:
    """An empty backup under a mistyped address would lull everybody."""
    with pytest.raises(NothingToCopy):
        write(fresh("nowhere"), tmp_path / "b.tar")
    assert not (tmp_path / "b.tar").exists()


def test_each_database_takes_its_own(postgresql_url: Databases, tmp_path: Path) -> None:
    """Moving between databases is something else."""
    _fill(settings := _settings(f"sqlite:///{tmp_path}/a.db"))
    write(settings, tmp_path / "b.tar")

    with pytest.raises(OtherDatabase):
        _restore(_settings(postgresql_url()), tmp_path / "b.tar")


def test_a_missing_program_is_named(postgresql_url: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever reads it can install it."""
    _fill(settings := _settings(postgresql_url()))
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(ProgramMissing, match="postgresql-client"):
        write(settings, tmp_path / "b.tar")


def test_what_the_program_complains_of_is_told(
    postgresql_url: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As that it is older than the server: only it knows."""
    _fill(settings := _settings(postgresql_url()))
    (tmp_path / "pg_dump").write_text("#!/bin/sh\necho 'server version mismatch' >&2\nexit 1\n")
    (tmp_path / "pg_dump").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)

    with pytest.raises(CopyFailed, match="server version mismatch"):
        write(settings, tmp_path / "b.tar")
    assert not (tmp_path / "b.tar").exists()


def test_a_manifest_reads_as_it_was_written(tmp_path: Path) -> None:
    """Whoever keeps backups looks into them years later."""
    _fill(settings := _settings(f"sqlite:///{tmp_path}/a.db"))
    manifest = write(settings, tmp_path / "b.tar")

    assert manifest == read_manifest(tmp_path / "b.tar") == Manifest.read(manifest.written())
