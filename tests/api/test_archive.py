"""What callers see of the archive: where an instance went; and the command and the service that move it there."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from api import bootstrap
from api.app import make_app
from api.settings import Settings, SettingsRefused
from tests.api.cli.conftest import motcua
from tests.api.models import chain
from tests.api.office import KEY, Office
from tests.api.people import TREE, Person

YEAR = 366 * 24 * 3600
MODEL = chain("startEvent|s", 'userTask|t|motcua:candidateGroups="g"', "endEvent|e")
__all__ = ["motcua"]


def _settings(tmp_path: Path, archive: str | None = None) -> Settings:
    url = f"sqlite:///{tmp_path}/store.db"
    return Settings(database_url=url, clock="virtual", admin_key=KEY, archive=archive)


def _opened(settings: Settings) -> Office:
    service = bootstrap.wire(settings)
    service.start()
    return Office(service, make_app(service).test_client())


@pytest.fixture
def ended(tmp_path: Path) -> Iterator[tuple[Office, str]]:
    """An instance of a commune that ended more than a year ago."""
    office = _opened(_settings(tmp_path))
    assert 200 == office.call("PUT", "/v1/organisation", TREE).status_code
    office.deploy("p", MODEL)
    id = office.start("p", unit="X1", businessKey="HS-1")["id"]
    assert 200 == office.post(f"/v1/process-instances/{id}/cancel", {"reason": "twice"}).status_code
    assert 200 == office.post("/v1/clock/advance", {"seconds": YEAR}).status_code
    yield office, id
    office.service.stop()


def test_whoever_asks_is_told_where_it_is(ended: tuple[Office, str], tmp_path: Path) -> None:
    """410 says that it was there; a stranger learns no more than before."""
    office, id = ended
    mine, strangers = (Person(office, f"o-{unit}", "officer", unit=unit, groups=["g"]) for unit in ("X1", "X2"))
    before = strangers.call("GET", f"/v1/process-instances/{id}").status_code
    bootstrap.archivist(office.service, tmp_path / "archive").run()

    answer = office.call("GET", f"/v1/process-instances/{id}")

    assert (410, "instanceArchived", "HS-1") == (answer.status_code, answer.json["code"], answer.json["businessKey"])
    assert (tmp_path / "archive" / f"{answer.json['file']}.ndjson").exists()
    assert 410 == office.call("GET", f"/v1/process-instances/{id}/history").status_code
    assert 410 == office.call("GET", f"/v1/process-instances/{id}/state").status_code
    assert 410 == mine.call("GET", f"/v1/process-instances/{id}").status_code
    assert 404 == before == strangers.call("GET", f"/v1/process-instances/{id}").status_code
    assert 201 == office.post("/v1/process-instances", {"processDefinitionKey": "p", "businessKey": "HS-1"}).status_code


def test_a_service_archives_by_itself(ended: tuple[Office, str], tmp_path: Path) -> None:
    """On SQLite nobody else may while it runs."""
    office, id = ended
    office.service.stop()
    archive = tmp_path / "archive"

    again = _opened(_settings(tmp_path, str(archive)))
    until = time.monotonic() + 30
    while again.call("GET", f"/v1/process-instances/{id}").status_code != 410:
        assert time.monotonic() < until
        time.sleep(0.05)
    again.service.stop()

    assert 1 == len(list(archive.glob("*/*.ndjson")))


def test_the_command_counts_moves_and_proves(ended: tuple[Office, str], tmp_path: Path, motcua) -> None:
    """An operator looks first, then does it, then shows it to whoever asks."""
    office, _ = ended
    office.service.stop()
    of_service = {
        "MOTCUA_DATABASE_URL": f"sqlite:///{tmp_path}/store.db",
        "MOTCUA_CLOCK": "virtual",
        "LANG": "en_US.UTF-8",
    }
    archive = tmp_path / "archive"

    counted = motcua("archive", "--to", archive, "--dry-run", **of_service)
    assert (0, 1) == (counted.exit_code, counted.stdout.count("default"))
    assert not archive.exists()
    moved = motcua("archive", "--to", archive, **of_service)
    assert moved.stdout.startswith("Archived 1 process instances into 1 files.")
    (file,) = archive.glob("*/*.ndjson")
    proved = motcua("verify", "--file", file, LANG="en_US.UTF-8")
    assert proved.stdout.startswith("Identical:")
    assert 0 == json.loads(motcua("archive", "--json", "--to", archive, **of_service).stdout)["archived"]


@pytest.mark.parametrize(
    "content", ["[a]\n", "[a]\nhot = 5\n", '[a]\nhot = "soon"\n', '[a]\nhot = "P1Y"\nwarm = 1\n', "]"]
)
def test_classes_that_cannot_be_read_stop_the_start(tmp_path: Path, content: str) -> None:
    """A service that took them for something else would empty the database too early."""
    (tmp_path / "r.toml").write_text(content)

    with pytest.raises(SettingsRefused):
        bootstrap.wire(Settings(database_url="sqlite:///:memory:", retention=str(tmp_path / "r.toml")))
