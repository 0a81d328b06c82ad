"""What did not work, said to the person who reads it: what, where, why, and what to do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from api.cli import terminal
from api.cli.asked import Asked
from api.cli.language import language, say
from api.settings import SettingsRefused
from engine.domain.errors import EngineError


class Failed(Exception):
    """What was asked was not done. The first line says what, the further ones why and what to do.

    ``answer`` is what a program gets instead (``--json``).
    """

    def __init__(self, *lines: str, answer: Any = None) -> None:
        super().__init__(lines[0])
        self.lines = lines
        self.answer = {"code": "failed", "detail": "\n".join(lines)} if answer is None else answer


def report(error: BaseException, asked: Asked) -> None:
    """Tell it: lines on the error output, or the problem as JSON where a program listens."""
    failed = error if isinstance(error, Failed) else Failed(*_lines(error), answer=_answer(error))
    if asked.json and exit_code(error) != 2:
        terminal.answer(failed.answer)
    else:
        terminal.complain(*failed.lines)


def exit_code(error: BaseException) -> int:
    """2 for what was asked wrongly, 1 for what was refused or failed."""
    return 2 if isinstance(error, click.UsageError) else 1


def _lines(error: BaseException) -> list[str]:
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        return [error.message]
    if isinstance(error, click.UsageError):
        return [_usage_fault(error), *_usage(error.ctx)]
    if isinstance(error, click.Abort):
        return [say("Đã dừng theo yêu cầu.", "Stopped.")]
    if isinstance(error, click.ClickException):
        return [error.format_message()]
    if isinstance(error, EngineError):
        return [error.says(language())]
    if isinstance(error, SettingsRefused):
        return [say(error.vi, error.en)]
    if isinstance(error, OSError):
        return [_file_fault(error)]
    return [
        say(f"Lỗi ngoài dự kiến: {_named(error)}.", f"Unexpected error: {_named(error)}."),
        say("Chạy lại với --debug để xem vết lỗi, rồi báo người phát triển.",
            "Run it again with --debug for the traceback, and report it."),
    ]  # fmt: skip


def _answer(error: BaseException) -> Any:
    code = getattr(error, "code", None)
    return {"code": code if isinstance(code, str) else type(error).__name__, "detail": "\n".join(_lines(error))}


def _named(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


def _file_fault(error: OSError) -> str:
    if error.filename is None:
        return _named(error)
    return say(f"Không dùng được tệp {error.filename}: {error.strerror}.", f"{error.filename}: {error.strerror}.")


def _usage(ctx: click.Context | None) -> list[str]:
    if ctx is None:
        return []
    help_ = f"{ctx.command_path} --help"
    return [ctx.get_usage(), say(f"Xem thêm: {help_}", f"More: {help_}")]


def _usage_fault(error: click.UsageError) -> str:
    """Click's complaint; its commonest ones in Vietnamese, too."""
    said = next((said for type_, said in _IN_VIETNAMESE.items() if isinstance(error, type_)), None)
    return error.format_message() if said is None else say(said(error), error.format_message())


def _no_such_option(error: Any) -> str:
    return f"Không có tùy chọn {error.option_name}.{_or_rather(error.possibilities)}"


def _no_such_command(error: Any) -> str:
    return f"Không có lệnh “{error.command_name}”.{_or_rather(error.possibilities)}"


def _or_rather(names: list[str] | None) -> str:
    return f" Có phải {' hoặc '.join(names)}?" if names else ""


def _missing(error: Any) -> str:
    return f"Thiếu {_hint(error)}."


def _bad(error: Any) -> str:
    kind = getattr(error.param, "type", None)
    why = f"phải là {' hoặc '.join(kind.choices)}." if isinstance(kind, click.Choice) else error.message
    return f"Giá trị của {_hint(error)} không dùng được: {why}"


def _hint(error: Any) -> str:
    hint = error.param_hint or (error.param.get_error_hint(error.ctx) if error.param else "tham số")
    return (hint if isinstance(hint, str) else " / ".join(hint)).replace("'", "")


_IN_VIETNAMESE: dict[type, Callable[[Any], str]] = {
    click.NoSuchOption: _no_such_option,
    click.NoSuchCommand: _no_such_command,
    click.MissingParameter: _missing,
    click.BadParameter: _bad,
}
"""The first that fits is taken: a missing parameter is also a bad one."""
