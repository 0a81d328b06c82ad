"""Where the demonstration is seen: each scenario's story as it happens, its end, and the table over all of them."""

from __future__ import annotations

from datetime import timedelta

from rich.panel import Panel
from rich.text import Text

from api.cli import terminal
from api.cli.demo.outcome import Outcome
from api.cli.demo.scenario import Scenario
from api.cli.language import say
from api.cli.moments import span
from api.cli.story import Deed
from api.cli.telling import Teller
from api.cli.verify import verdict
from api.cli.work import state


class Stage:
    """Shows what happens; nothing at all where a program listens (``silent``)."""

    def __init__(self, *, silent: bool) -> None:
        self._silent = silent
        self._teller = Teller()

    def open(self, scenario: Scenario, procedure: str) -> None:
        """The heading of a scenario."""
        self._teller = Teller()
        if not self._silent:
            text = Text(f"{terminal.clean(procedure)}: {terminal.clean(scenario.title)}", "bold")
            text.append(f"\n{scenario.procedure} · {scenario.name}", "dim")
            terminal.show(Panel(text, border_style="cyan", padding=(0, 1)))

    def tell(self, deed: Deed, note: str | None) -> None:
        """One deed."""
        if not self._silent:
            self._teller.tell(deed, note)

    def close(self, outcome: Outcome) -> None:
        """How a scenario ended."""
        if self._silent:
            return
        length = say(f"sau {span(outcome.length)}", f"after {span(outcome.length)}")
        where = f"{outcome.business_key}  {outcome.end or '–'} ({state(outcome.state)}), {length}"
        terminal.tell(f"  {say('Kết quả', 'Result')}: {where}")
        for fault in outcome.faults:
            terminal.tell(f"  ✘ {fault}", "bold red")
        if not outcome.faults:
            terminal.tell(f"  ✔ {_as_expected(outcome)}", "green")
        if outcome.verification:
            mark, style = ("✔", "green") if outcome.verification["identical"] else ("✘", "bold red")
            terminal.tell(f"  {mark} {say('Kiểm chứng', 'Verification')}: {verdict(outcome.verification)}", style)
        terminal.tell()

    def sum_up(self, outcomes: list[Outcome]) -> None:
        """The table over all scenarios."""
        columns = [say("Thủ tục", "Procedure"), say("Kịch bản", "Scenario"), say("Thời gian", "Took"), say("Bước", "Steps"),
                   say("Bản ghi", "Records"), say("Kết quả", "Result"), say("Kiểm chứng", "Verified")]  # fmt: skip
        terminal.table(columns, [_row(outcome) for outcome in outcomes], right=(2, 3, 4), whole=(0, 1, 5, 6))
        all_, failed = len(outcomes), sum(1 for outcome in outcomes if not outcome.held)
        if failed:
            text = say(
                f"{failed}/{all_} kịch bản không như mong đợi.",
                f"{failed} of {all_} scenarios did not end as expected.",
            )
            terminal.tell(text, "bold red")
        else:
            text = say(f"{all_}/{all_} kịch bản như mong đợi.", f"{all_} of {all_} scenarios ended as expected.")
            terminal.tell(text, "bold green")


def _as_expected(outcome: Outcome) -> str:
    checked = len(outcome.scenario.expected.variables)
    return say(f"Như mong đợi: trạng thái, điểm kết thúc và {checked} giá trị.",
               f"As expected: state, end event and {checked} values.")  # fmt: skip


def _row(outcome: Outcome) -> list[str]:
    identical = outcome.verification.get("identical")
    return [
        outcome.scenario.procedure,
        outcome.scenario.name,
        _days(outcome.length),
        str(len(outcome.deeds)),
        str(outcome.records),
        say("✔ như mong đợi", "✔ as expected") if not outcome.faults else say("✘ sai", "✘ wrong"),
        say("✔ giống hệt", "✔ identical") if identical else "✘",
    ]


def _days(length: timedelta) -> str:
    return span(length) or "–"
