"""Asking wrongly: people are told what they did and what to do, never shown the inside of the program."""

from __future__ import annotations

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from api.cli import COMMANDS
from api.cli.program import Program, command
from tests.api.cli.conftest import Motcua


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself_in_both_languages(motcua: Motcua, name: str) -> None:
    """Officers read Vietnamese; an English page must not be the same page."""
    vietnamese, english = motcua(name, "--help"), motcua("--lang", "en", name, "--help")

    assert (0, 0) == (vietnamese.exit_code, english.exit_code)
    assert "Cách dùng: motcua" in vietnamese.stdout
    assert "Usage: motcua" in english.stdout
    assert vietnamese.stdout.splitlines()[2] != english.stdout.splitlines()[2]


def test_the_language_follows_the_system(motcua: Motcua) -> None:
    """Vietnamese everywhere but on a system that is set to English."""
    assert "Cách dùng" in motcua("--help", LANG="C.UTF-8").stdout
    assert "Usage" in motcua("--help", LANG="en_GB.UTF-8").stdout
    assert "Cách dùng" in motcua("--help", LANG="en_GB.UTF-8", LC_ALL="vi_VN.UTF-8").stdout


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["dploy"], "Không có lệnh “dploy”. Có phải deploy?"),
        (["lint", "--jsn", "."], "Không có tùy chọn --jsn."),
        (["lint"], "Thiếu PATH…."),
        (["lint", "nowhere"], "“nowhere” không có ở đó"),
        (["tasks", "--lang", "fr"], "phải là vi hoặc en."),
        (["verify"], "Cần INSTANCE hoặc --file, một trong hai."),
        (["tasks", "--url", "localhost"], "“localhost” không phải địa chỉ http://máy:cổng."),
        (["start", "x", "--var", "name"], "“name” phải có dạng tên=giá_trị."),
        (["demo", "--procedure", "nothing"], "Không có thủ tục “nothing”."),
        (["demo", "--scenario", "nothing"], "Không có kịch bản “nothing”."),
    ],
)
def test_what_was_asked_wrongly_is_said_and_ends_with_2(motcua: Motcua, args: list[str], said: str) -> None:
    """A script must be able to tell its own mistake from a refusal."""
    result = motcua(*args)

    assert (2, "") == (result.exit_code, result.stdout)
    assert said in result.stderr


def test_a_value_that_is_no_json_is_answered_with_what_to_write(motcua: Motcua) -> None:
    """Quoting texts for JSON inside a shell is what everybody gets wrong first."""
    result = motcua("start", "x", "--var", "name=Nguyễn Văn A")

    assert 2 == result.exit_code
    assert "--var 'name=\"Nguyễn Văn A\"'" in result.stderr


def test_a_file_of_values_must_be_an_object(motcua: Motcua, tmp_path: Path) -> None:
    """A list has no names that could become variables."""
    file = tmp_path / "values.json"
    file.write_text("[1]")

    result = motcua("start", "x", "--file", file)

    assert 2 == result.exit_code
    assert f"{file} phải là một đối tượng JSON." in result.stderr


@pytest.mark.parametrize(
    "args", [["tasks"], ["serve"], ["rebuild"], ["db", "upgrade"], ["demo", "--url", "http://[::1]:1"]]
)
def test_a_setting_that_does_not_exist_is_an_error(motcua: Motcua, args: list[str]) -> None:
    """A misspelt setting would otherwise be a default that nobody asked for."""
    result = motcua(*args, MOTCUA_CLOK="virtual")

    assert 1 == result.exit_code
    assert "MOTCUA_CLOK" in result.stderr
    assert "MOTCUA_CLOCK" in result.stderr


def test_a_service_that_is_not_there_is_named_with_how_to_start_it(motcua: Motcua) -> None:
    """Whoever gets this has most often just not started it."""
    result = motcua("tasks", "--url", "http://127.0.0.1:1")

    assert 1 == result.exit_code
    assert "Không liên lạc được với dịch vụ tại http://127.0.0.1:1" in result.stderr
    assert "motcua serve" in result.stderr


def test_the_address_comes_from_the_settings_of_the_service(motcua: Motcua) -> None:
    """On the machine of the service nothing has to be said twice."""
    assert "http://127.0.0.1:1 " in motcua("tasks", MOTCUA_BIND="127.0.0.1:1").stderr
    assert "http://[::1]:1 " in motcua("tasks", MOTCUA_BIND="[::1]:1").stderr
    assert "http://localhost:2 " in motcua("tasks", MOTCUA_BIND="127.0.0.1:1", MOTCUA_URL="http://localhost:2/").stderr


def test_programs_get_failures_as_json_too(motcua: Motcua) -> None:
    """Half JSON, half prose would break whoever reads it."""
    result = motcua("tasks", "--json", "--url", "http://127.0.0.1:1")

    assert 1 == result.exit_code
    assert "" == result.stderr
    assert '"code": "serviceUnreachable"' in result.stdout


@command("broken", vi="Hỏng.", en="Broken.", alone=True)
def broken() -> None:
    """A command with a fault in it."""
    raise ZeroDivisionError("by nought")


@command("rude", vi="Thô.", en="Rude.", alone=True)
def rude() -> None:
    """A command whose words come from somebody else's file."""
    raise click.ClickException("\x1b]0;owned\x07quiet")


def test_a_fault_of_ours_shows_no_traceback_unless_asked() -> None:
    """A traceback tells an officer nothing; with --debug it tells a developer everything."""
    program = Program("x", {"broken": __name__}, vi="x", en="x")

    plain, debugged = (CliRunner().invoke(program, ["broken", *more]) for more in ([], ["--debug"]))

    assert 1 == plain.exit_code
    assert "ZeroDivisionError: by nought" in plain.stderr
    assert "Traceback" not in plain.output
    assert "--debug" in plain.stderr
    assert isinstance(debugged.exception, ZeroDivisionError)


def test_nothing_that_is_shown_can_command_the_terminal() -> None:
    """Names of elements are written by strangers."""
    result = CliRunner().invoke(Program("x", {"rude": __name__}, vi="x", en="x"), ["rude"])

    assert "\ufffd]0;owned\ufffdquiet\n" == result.stderr
