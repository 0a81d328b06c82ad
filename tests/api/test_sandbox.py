"""The sandbox: a newcomer's service has every outside system and a signer, and nobody can take it for a real one."""

from __future__ import annotations

import json
import subprocess
from datetime import date
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

import pytest

from adapters.papers.typesetter import TypstTypesetter
from api.bootstrap import SYSTEMS
from api.sandbox import NAMES, SIGNER, Sandbox, wire_in_sandbox
from api.settings import Settings, SettingsRefused
from api.signing import read_signing
from engine.domain.paper import Sheet

OPENER = build_opener(ProxyHandler({}))
SHEET = Sheet("mau_01", date(2026, 3, 2), "01/TNHS", "Bộ phận một cửa")


def told(url: str, **values: object) -> dict[str, object]:
    """What a simulator answers when something happens on its side."""
    request = Request(url, json.dumps(values).encode(), {"Content-Type": "application/json"}, method="POST")
    with OPENER.open(request, timeout=5) as answer:
        said: dict[str, object] = json.load(answer)
    return said


def test_a_service_in_it_knows_every_system_and_signs() -> None:
    """Without a file or a variable of the operator's, so that the first run works."""
    service = wire_in_sandbox(Settings(database_url="sqlite:///:memory:", clock="virtual").in_sandbox())
    try:
        assert set(NAMES.values()) == service.catalog.connectors.systems.keys()
        assert set(NAMES) == set(SYSTEMS)
    finally:
        service.writer.start()
        service.stop()


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        (Settings(bind=("192.0.2.1", 8000), admin_key="x" * 20), "MOTCUA_BIND"),
        (Settings(connectors="real.toml"), "MOTCUA_CONNECTORS"),
        (Settings(signing="real.toml"), "MOTCUA_SIGNING"),
    ],
)
def test_it_is_never_mixed_with_what_is_real(settings: Settings, named: str) -> None:
    """Played payments beside a real signature, or within reach of others, would be believed by somebody."""
    with pytest.raises(SettingsRefused, match=named):
        settings.in_sandbox()


def test_its_papers_say_that_they_are_void(tmp_path: Path) -> None:
    """On every page, and in the name of whoever signed: a picture of the page is enough, and so is a look at the signature."""
    paper = tmp_path / "paper.pdf"
    paper.write_bytes(TypstTypesetter("BẢN THỬ").typeset(SHEET))
    said = subprocess.run(["pdftotext", paper, "-"], capture_output=True, text=True, check=True, timeout=30).stdout

    assert "BẢN THỬ" in said
    assert "BẢN THỬ" in SIGNER


def test_signing_files_are_written_for_a_service_started_by_itself(tmp_path: Path) -> None:
    """What `motcua sandbox --signing` writes is what MOTCUA_SIGNING reads."""
    sandbox = Sandbox({}, "bi-mat")
    sandbox.write_signing(tmp_path / "ky_so.toml")

    signing = read_signing(str(tmp_path / "ky_so.toml"), lambda name: sandbox.secret)

    assert signing.certificate is not None
    assert b"BEGIN CERTIFICATE" in signing.authorities


def test_what_happens_at_a_system_is_sent_as_the_system_would() -> None:
    """A demonstration pays as a citizen does: the platform sends its confirmation, with a checksum that is right."""
    sandbox = Sandbox.open()
    try:
        place = sandbox.played["payment"].url
        said = told(
            f"{place}/happens/callback", reference="R1", transaction="G1", at="20260302080000", amount="1000", code="24"
        )
        assert {"MaThamChieu": "R1", "MaLoi": "24", "SoTien": "1000"}.items() <= json.loads(str(said["body"])).items()
        with pytest.raises(HTTPError, match="404"):
            told(f"{place}/happens/nothing")
        assert {} == told(f"{sandbox.played['police'].url}/happens/busy", times=1)
    finally:
        sandbox.close()
