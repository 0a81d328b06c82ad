"""What can be asked of every command: which service, with which key, in which language, for people or for programs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

from api.cli.language import LANGUAGES, say, speak

Function = TypeVar("Function", bound=Callable[..., Any])


@dataclass(slots=True)
class Asked:
    """The options that may stand before or after the command's name."""

    url: str | None = None
    key: str | None = None
    json: bool = False
    lang: str | None = None
    debug: bool = False


class Option(click.Option):
    """An option explained in two languages."""

    def __init__(self, *args: Any, vi: str, en: str, **attributes: Any) -> None:
        super().__init__(*args, **attributes)
        self.vi, self.en = vi, en

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """The line of ``--help``, in the language that was chosen."""
        self.help = say(self.vi, self.en)
        return super().get_help_record(ctx)


class Place(click.Path):
    """A file or folder that is there. ``folder`` says which of the two, None: either."""

    def __init__(self, *, folder: bool | None = None) -> None:
        super().__init__(exists=True, file_okay=not folder, dir_okay=folder is not False, path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path.

        Raises:
            BadParameter: there is no such thing, or it cannot be read.
        """
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter as error:
            self.fail(say(f"“{value}” không có ở đó, không đọc được hoặc không đúng loại.", error.message), param, ctx)


def option(*names: str, vi: str, en: str, **attributes: Any) -> Callable[[Function], Function]:
    """Declare an option of one command."""
    return click.option(*names, cls=Option, vi=vi, en=en, **attributes)


def of_callers() -> list[click.Parameter]:
    """What is asked of commands that talk to a service."""
    return [
        _common("--url", metavar="URL", vi="Địa chỉ dịch vụ (mặc định theo MOTCUA_URL, MOTCUA_BIND).",
                en="Address of the service (default: from MOTCUA_URL, MOTCUA_BIND)."),
        _common("--key", metavar="KEY", vi="Khóa truy cập (mặc định $MOTCUA_ADMIN_KEY).",
                en="Key that opens the API (default: $MOTCUA_ADMIN_KEY)."),
    ]  # fmt: skip


def of_all() -> list[click.Parameter]:
    """What is asked of every command."""
    return [
        _common("--json", is_flag=True, default=None, vi="In câu trả lời dạng JSON, không in gì khác.",
                en="Print the answer as JSON and nothing else."),
        _common("--lang", type=click.Choice(LANGUAGES), is_eager=True, vi="Ngôn ngữ (mặc định theo LANG).",
                en="Language (default: from LANG)."),
        _common("--debug", is_flag=True, default=None, vi="In cả vết lỗi của chương trình.",
                en="Print the program's traceback, too."),
    ]  # fmt: skip


def _common(name: str, **attributes: Any) -> Option:
    return Option([name], expose_value=False, callback=_keep, **attributes)


def _keep(ctx: click.Context, param: click.Parameter, value: Any) -> None:
    if value is None or param.name is None:
        return
    setattr(ctx.ensure_object(Asked), param.name, value)
    if param.name == "lang":
        speak(value)
