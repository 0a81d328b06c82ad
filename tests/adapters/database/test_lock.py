"""One process for each SQLite file."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.database.lock import StoreInUse, StoreLock

HOLDER = """
import sys, time
from adapters.database.lock import StoreLock
StoreLock(sys.argv[1]).acquire()
print("held", flush=True)
time.sleep(600)
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the database would be."""
    return tmp_path / "store.db"


@pytest.fixture
def holder(file: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that has the lock."""
    process = subprocess.Popen([sys.executable, "-c", HOLDER, f"sqlite:///{file}"], stdout=subprocess.PIPE, text=True)
    assert process.stdout
    assert "held\n" == process.stdout.readline()
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def test_a_second_process_is_refused(file: Path, holder: subprocess.Popen[str]) -> None:
    """Two writers with a memory of their own would answer from states that no longer are; the operator is told which."""
    with pytest.raises(StoreInUse) as refused:
        StoreLock(f"sqlite:///{file}").acquire()

    assert {"file": str(file), "pid": str(holder.pid)} == refused.value.facts
    for language in ("vi", "en"):
        assert str(file) in refused.value.says(language)
        assert str(holder.pid) in refused.value.says(language)


def test_the_same_file_by_another_path(file: Path, holder: subprocess.Popen[str], tmp_path: Path) -> None:
    """A link to the file leads to the same database, and to the same lock."""
    file.touch()
    link = tmp_path / "link.db"
    link.symlink_to(file)

    with pytest.raises(StoreInUse):
        StoreLock(f"sqlite:///{link}").acquire()


def test_a_killed_process_holds_nothing(file: Path, holder: subprocess.Popen[str]) -> None:
    """After a crash the service starts again by itself: nobody has to remove a file."""
    holder.kill()
    holder.wait()

    with StoreLock(f"sqlite:///{file}"):
        assert Path(f"{file}.lock").is_file()


def test_a_released_lock_is_free(file: Path) -> None:
    """Release and take again, also twice over."""
    first, second = StoreLock(f"sqlite:///{file}"), StoreLock(f"sqlite:///{file}")
    first.acquire()
    first.acquire()
    with pytest.raises(StoreInUse):
        second.acquire()
    first.release()
    first.release()

    second.acquire()
    second.release()


@pytest.mark.parametrize("url", ["sqlite:///:memory:", "sqlite://", "postgresql://host/db", "postgresql+psycopg://h/d"])
def test_others_need_no_lock(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL serves any number of processes, and nobody else sees a process's memory."""
    monkeypatch.chdir(tmp_path)
    with StoreLock(url), StoreLock(url):
        assert [] == list(tmp_path.iterdir())
