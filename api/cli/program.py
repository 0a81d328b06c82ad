"""The program and its commands: help in two languages, errors for the person who reads them, exit codes 0, 1, 2."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from importlib import import_module
from typing import Any, NoReturn

import click

from api.cli.asked import Asked, of_all, of_callers
from api.cli.failure import Failed, exit_code, report
from api.cli.language import of_environment, say, speak

_HEADINGS = {"Options": "Tùy chọn", "Commands": "Lệnh", "Arguments": "Tham số"}


class _Formatter(click.HelpFormatter):
    """Click's help page, with its own few words in the reader's language."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, args, prefix or say("Cách dùng: ", "Usage: "))

    def write_heading(self, heading: str) -> None:
        super().write_heading(say(_HEADINGS.get(heading, heading), heading))


class _Context(click.Context):
    formatter_class = _Formatter


class Command(click.Command):
    """A command explained in two languages, with the options that all commands have.

    ``alone`` is one that needs no running service.
    """

    context_class = _Context

    def __init__(self, *args: Any, vi: str, en: str, alone: bool = False, **attributes: Any) -> None:
        super().__init__(*args, **attributes)
        self.vi, self.en = vi, en
        self.params += of_all() if alone else [*of_callers(), *of_all()]

    def get_short_help_str(self, limit: int = 45) -> str:
        return say(self.vi, self.en).partition("\n")[0]

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        self.help = say(self.vi, self.en)
        super().format_help_text(ctx, formatter)

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = say("Hiện trang này.", "Show this page.")
        return option


class Family(Command, click.Group):
    """A command of commands."""

    command_class = Command


def command(name: str, *, vi: str, en: str, alone: bool = False) -> Callable[[Callable[..., Any]], Command]:
    """Declare a command."""
    return click.command(name, cls=Command, vi=vi, en=en, alone=alone)


class Program(Family):
    """All commands, each imported when it is asked for."""

    def __init__(self, name: str, places: Mapping[str, str], *, vi: str, en: str) -> None:
        super().__init__(name, vi=vi, en=en)
        self._places = places

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self._places)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        place = self._places.get(cmd_name)
        return None if place is None else getattr(import_module(place), cmd_name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.NoSuchCommand as error:
            raise click.NoSuchCommand(error.command_name, possibilities=self._places, ctx=ctx) from None

    def main(  # type: ignore[override]
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        **extra: Any,
    ) -> NoReturn:
        """Run one command and end the process: 0 done, 1 refused or failed, 2 asked wrongly."""
        speak(of_environment(os.environ))
        asked = Asked()
        sys.exit(self._outcome(asked, args, prog_name or "motcua", extra))

    def _outcome(
        self, asked: Asked, args: Sequence[str] | None, prog_name: str, extra: MutableMapping[str, Any]
    ) -> int:
        extra.pop("standalone_mode", None)
        try:
            answer = super().main(args, prog_name, standalone_mode=False, obj=asked, **extra)
            sys.stdout.flush()
        except BrokenPipeError:
            return _pipe_closed()
        except (click.ClickException, click.Abort, Failed) as error:
            report(error, asked)
            return exit_code(error)
        except Exception as error:
            if asked.debug:
                raise
            report(error, asked)
            return exit_code(error)
        return answer if isinstance(answer, int) else 0


def _pipe_closed() -> int:
    """Whoever read the output has seen enough (``| head``); Python must not stumble over it at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 1
