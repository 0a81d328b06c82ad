"""A copy of a whole database in one file, as it was at one moment, while others go on writing; and back again."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL, Connection, MetaData, func, inspect, select, text

from adapters.database import connection, schema
from adapters.database.tables import log
from engine.domain.errors import OperatorRefusal
from engine.domain.record import ADMINISTRATION, TENANT_STREAMS


class ProgramMissing(OperatorRefusal):
    """PostgreSQL's own programs make and read its copies."""

    code = "programMissing"
    vi = "Không có chương trình {program}; hãy cài bộ công cụ PostgreSQL (Debian: apt-get install postgresql-client)."
    en = "There is no program {program}; install PostgreSQL's client programs (Debian: apt-get install postgresql-client)."


class CopyFailed(OperatorRefusal):
    """A program of the database, or the database itself, could not do it; ``said`` is its own word."""

    code = "copyFailed"
    vi = "Không sao chép được cơ sở dữ liệu: {said}"
    en = "The database could not be copied: {said}"


class NothingToCopy(OperatorRefusal):
    """There is no store of ours at this address."""

    code = "nothingToCopy"
    vi = "Tại {place} không có cơ sở dữ liệu nào của motcua."
    en = "There is no database of motcua at {place}."


@dataclass(frozen=True, slots=True)
class Tenant:
    """What a copy has of one tenant."""

    name: str
    process_instances: int
    administration_seq: int
    administration_hash: str


@dataclass(frozen=True, slots=True)
class Contents:
    """What a database holds: the version of its schema, and where each tenant's administration ends."""

    schema: str
    tenants: tuple[Tenant, ...]


def kind(url: str) -> str:
    """``sqlite`` or ``postgresql``."""
    return connection.parsed(url).get_backend_name()


def place(url: str) -> str:
    """An address as it may be shown: without a password."""
    return connection.parsed(url).set(drivername=kind(url)).render_as_string(hide_password=True)


def take(url: str, to: Path) -> Contents:
    """Copy a database into one file.

    Raises:
        NothingToCopy, ProgramMissing, CopyFailed, StoreUnavailable
    """
    return _take_sqlite(url, to) if kind(url) == "sqlite" else _take_postgresql(url, to)


def put(url: str, source: Path) -> None:
    """Fill an empty database with a copy; where that fails it is empty as before.

    Raises:
        ProgramMissing, CopyFailed, StoreUnavailable
    """
    if kind(url) == "sqlite":
        shutil.copyfile(source, str(connection.parsed(url).database))
    else:
        _run(_program("pg_restore"), url, "--single-transaction", "--exit-on-error", *_PLAIN, str(source))


def file_of(url: str) -> Path:
    """The file of a store on SQLite."""
    return Path(str(connection.parsed(url).database)).resolve()


def settle(made: Path, to: Path) -> None:
    """Give a finished SQLite file, with nothing beside it any more, the name that it is to have; durably."""
    with closing(sqlite3.connect(made)) as opened:
        opened.execute("PRAGMA journal_mode=DELETE")
    for place in (made, made.parent):
        make_durable(place)
    made.rename(to)
    make_durable(to.parent)


def make_durable(place: Path) -> None:
    """Have a file, or the names in a folder, reach the disk."""
    held = os.open(place, os.O_RDONLY)
    try:
        os.fsync(held)
    finally:
        os.close(held)


def is_empty(url: str) -> bool:
    """Whether nothing is there that a copy could harm."""
    address = connection.parsed(url)
    if address.get_backend_name() == "sqlite":
        file = Path(str(address.database))
        return not file.exists() or file.stat().st_size == 0
    engine = connection.reader(address)
    try:
        with engine.connect() as opened:
            return not inspect(opened).get_table_names()
    finally:
        engine.dispose()


def clear(url: str) -> None:
    """Take away what was put into a database that had been empty."""
    address = connection.parsed(url)
    if address.get_backend_name() == "sqlite":
        for end in ("", "-wal", "-shm"):
            Path(f"{address.database}{end}").unlink(missing_ok=True)
        return
    engine = connection.writer(address)
    try:
        with engine.begin() as opened:
            there = MetaData()
            there.reflect(opened)
            there.drop_all(opened)
    finally:
        engine.dispose()


def contents(url: str) -> Contents:
    """What a database holds.

    Raises:
        NothingToCopy: nothing of ours.
    """
    engine = connection.reader(connection.parsed(url))
    try:
        with engine.connect() as opened:
            return _contents(opened, place(url))
    finally:
        engine.dispose()


def _contents(opened: Connection, where: str) -> Contents:
    version = schema.version_of(opened)
    if version is None:
        raise NothingToCopy(place=where)
    heads = select(log.c.tenant, func.max(log.c.first_seq)).where(log.c.stream == ADMINISTRATION).group_by(log.c.tenant)
    ends: dict[str, int] = {tenant: first_seq for tenant, first_seq in opened.execute(heads).all()}  # noqa: C416, no pairs to mypy
    return Contents(version, tuple(_tenant(opened, name, ends[name]) for name in sorted(ends)))


def _tenant(opened: Connection, name: str, first_seq: int) -> Tenant:
    end = select(log.c["count"], log.c.hash).where(
        log.c.tenant == name, log.c.stream == ADMINISTRATION, log.c.first_seq == first_seq
    )
    beginnings = select(func.count()).where(
        log.c.tenant == name, log.c.first_seq == 1, log.c.stream.not_in(TENANT_STREAMS)
    )
    count, hash = opened.execute(end).one()
    return Tenant(name, opened.execute(beginnings).scalar_one(), first_seq + count - 1, hash.hex())


def _take_sqlite(url: str, to: Path) -> Contents:
    source = Path(str(connection.parsed(url).database))
    if is_empty(url):
        raise NothingToCopy(place=place(url))
    try:
        with (
            closing(sqlite3.connect(f"file:{source.resolve()}?mode=rw", uri=True)) as opened,
            closing(sqlite3.connect(to)) as copy,
        ):
            opened.backup(copy)  # in one step: the writer beside it goes on, and is not seen
            copy.execute("PRAGMA journal_mode=DELETE")  # one file, and none beside it
            (sound,) = copy.execute("PRAGMA quick_check").fetchone()
    except sqlite3.Error as error:
        raise CopyFailed(said=str(error)) from error
    if sound != "ok":
        raise CopyFailed(said=sound)
    return _of_copy(to, place(url))


def _of_copy(file: Path, where: str) -> Contents:
    """Read without our own settings, which would have files made beside it."""
    engine = connection.plain(file)
    try:
        with engine.connect() as opened:
            return _contents(opened, where)
    finally:
        engine.dispose()


def _take_postgresql(url: str, to: Path) -> Contents:
    """What is counted and what is dumped is seen through the same snapshot."""
    program, engine = _program("pg_dump"), connection.reader(connection.parsed(url))
    try:
        with engine.connect() as opened:
            found = _contents(opened, place(url))
            snapshot = opened.execute(text("SELECT pg_export_snapshot()")).scalar_one()
            _run(program, url, "--format=custom", f"--snapshot={snapshot}", f"--file={to}", *_PLAIN)
            return found
    finally:
        engine.dispose()


_PLAIN = ("--no-owner", "--no-privileges", "--no-comments")
"""What belongs to the server and not to the data."""


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise ProgramMissing(program=name)
    return found


def _run(program: str, url: str, *options: str) -> None:
    """Run one of PostgreSQL's programs; a password goes by the environment, where other users do not see it."""
    address = connection.parsed(url)
    plain = URL.create(
        "postgresql", address.username, None, address.host, address.port, address.database, address.query
    ).render_as_string()
    secret = {} if address.password is None else {"PGPASSWORD": str(address.password)}
    done = subprocess.run(  # noqa: S603 - a program of PostgreSQL's, with an address from the settings
        [program, "--no-password", f"--dbname={plain}", *options],
        env=os.environ | secret,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise CopyFailed(said=" ".join(done.stderr.split()[:80]) or f"{program}: {done.returncode}")
