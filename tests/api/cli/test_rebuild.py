"""Rebuild and upgrade: on the store itself, alone, and all or nothing."""

from __future__ import annotations

import json
import os
import sqlite3
from pathlib import Path

import pytest

from api import bootstrap
from api.settings import Settings
from engine.domain.definition import Resource
from engine.service.command import Sender
from engine.service.deployments import Deploy
from engine.service.process_instances import StartProcessInstance
from tests.api.cli.conftest import BPMN, Motcua

BY = Sender("test")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A database with two dossiers in it."""
    file = tmp_path / "store.db"
    service = bootstrap.wire(Settings.of({"MOTCUA_DATABASE_URL": f"sqlite:///{file}"}))
    service.start()
    folder = BPMN / "permit"
    names = ("process.bpmn", "forms/check.json", "procedure.toml")
    service.writer.do(Deploy(files=[Resource(name, (folder / name).read_bytes()) for name in names]), BY)
    for _ in range(2):
        service.writer.do(StartProcessInstance(key="permit"), BY)
    service.stop()
    return file


def _url(file: Path) -> str:
    return f"sqlite:///{file}"


def test_it_says_how_many_were_rebuilt(motcua: Motcua, file: Path) -> None:
    """An operator wants to see that it was all of them."""
    result = motcua("rebuild", MOTCUA_DATABASE_URL=_url(file))

    assert (0, "Đã dựng lại 2 phiên xử lý.\n") == (result.exit_code, result.stdout)
    assert {"processInstances": 2} == json.loads(motcua("rebuild", "--json", MOTCUA_DATABASE_URL=_url(file)).stdout)


def test_a_damaged_history_is_named_and_nothing_is_changed(motcua: Motcua, file: Path) -> None:
    """Half a rebuild would be worse than none."""
    with sqlite3.connect(file) as store:
        (damaged,) = store.execute("SELECT stream FROM log WHERE stream <> 'administration' LIMIT 1").fetchone()
        store.execute("UPDATE log SET body = CAST(replace(body, 'test', 'tess') AS BLOB) WHERE stream = ?", [damaged])
    store.close()
    before = _tasks(file)

    result = motcua("rebuild", MOTCUA_DATABASE_URL=_url(file))

    assert 1 == result.exit_code
    assert damaged in result.stderr
    assert "Chưa có gì thay đổi." in result.stderr
    assert before == _tasks(file)


def _tasks(file: Path) -> int:
    store = sqlite3.connect(file)
    (found,) = store.execute("SELECT count(*) FROM user_tasks").fetchone()
    store.close()
    return int(found)


@pytest.mark.parametrize("command", [["rebuild"], ["db", "upgrade"]])
def test_a_store_in_use_is_left_alone(motcua: Motcua, file: Path, command: list[str]) -> None:
    """The process that has it is named, so that it can be stopped."""
    with bootstrap.hold(Settings(database_url=_url(file))):
        result = motcua(*command, MOTCUA_DATABASE_URL=_url(file))

    assert 1 == result.exit_code
    assert f"tiến trình {os.getpid()}" in result.stderr


def test_an_upgrade_makes_the_store_where_there_is_none(motcua: Motcua, tmp_path: Path) -> None:
    """The first start and the hundredth are the same command."""
    for _ in range(2):
        result = motcua("db", "upgrade", MOTCUA_DATABASE_URL=_url(tmp_path / "var" / "new.db"))

        assert (0, "Cơ sở dữ liệu đã ở cấu trúc mới nhất.\n") == (result.exit_code, result.stdout)
