"""Writes the tables of the reference from the code: ``python -m docs.generate``.

A page holds marks ``<!-- generated: name -->`` and ``<!-- end -->``; what stands between them is written here, the rest
by hand. Something that the code has and docs/described.py has no words for ends in a KeyError that names it.
"""

from __future__ import annotations

import ast
import dataclasses
import importlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from api import app
from api.policy import RIGHTS, Policy
from api.problems import KINDS
from api.rulebook import read_rulebook
from api.settings import NAMES, OF_CLIENTS, Settings
from docs import described
from engine import xml
from engine.analysis import facts
from engine.analysis.indicators import Indicator
from engine.domain import values
from engine.domain.access import Role
from engine.domain.calendar import Calendar
from engine.domain.errors import DeploymentRefused, Problem
from engine.domain.record import ACCESSES, ADMINISTRATIVE, CONSEQUENCES, HOLDS_VALUES, INPUTS
from engine.domain.table import read_table
from engine.runtime import budget, extensions, language, lookups, statements, syntax, workflow
from engine.runtime.assigned import CHANGES
from engine.runtime.checks import executed
from engine.runtime.functions import CALENDAR, FUNCTIONS, NOW
from engine.runtime.methods import METHODS
from engine.runtime.modification import REASONS
from engine.runtime.rules import RULES
from engine.runtime.specs import loops
from engine.service import bundle
from engine.service.inspection import inspect
from tests.engine.runtime import constructs
from tests.engine.runtime.rules import REFUSED, WARNED, Example

FOLDER = Path(__file__).parent
_MARKED = re.compile(r"(<!-- generated: (\S+) -->\n).*?(<!-- end -->)", re.DOTALL)
_WORKED = Calendar.from_json(
    {"weekdays": [0, 1, 2, 3, 4], "hours": [["07:00", "11:30"], ["13:30", "17:00"]], "years": [2026], "special": {}}
)
_FEES, _ = read_table(
    "le_phi",
    {
        "row": [
            {"loai": loai, "muc": muc, "valid_from": "2026-01-01"} for loai, muc in (("dung_han", 0), ("qua_han", 8000))
        ]
    },
)
_EXAMPLE = {
    NOW: "2026-11-24T01:00:00.000000Z", CALENDAR: _WORKED, lookups.TABLES: {"le_phi": _FEES}, "hop_le": True,
    "mien_phi": False, "le_phi": 75000, "giay_to": ["to_khai", "cccd"],
}  # fmt: skip
"""Variables that the examples read."""


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table in Markdown."""
    head = list(head)
    lines = [
        head,
        ["---"] * len(head),
        *([cell.replace("|", "\\|").replace("\n", "<br>") for cell in row] for row in rows),
    ]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _code(text: str) -> str:
    return "<br>".join(f"`{line.replace('    ', '  ')}`" for line in text.split("\n"))


# ---- settings


def _settings() -> str:
    defaults = {field.name: field.default for field in dataclasses.fields(Settings)}
    return table(
        ("Variable", "Default", "Meaning"),
        (
            (f"`{name}`", _default(name, defaults[name.removeprefix("MOTCUA_").lower()]), described.SETTINGS[name])
            for name in NAMES
        ),
    )


def _default(name: str, default: Any) -> str:
    return "made at the first start" if name == "MOTCUA_ADMIN_KEY" else _shown(name, default)


def _shown(name: str, default: Any) -> str:
    if default is None:
        return "none"
    return f"`{(',' if name.endswith('ALGORITHMS') else ':').join(map(str, default)) if isinstance(default, tuple) else default}`"


def _client_settings() -> str:
    return table(("Variable", "Meaning"), ((f"`{name}`", described.OF_CLIENTS[name]) for name in sorted(OF_CLIENTS)))


# ---- figures


def _facts(known: Mapping[str, str]) -> str:
    return table(("Fact", "Meaning"), ((f"`{name}`", meaning) for name, meaning in known.items()))


def _indicators() -> str:
    rows = ((rules, rule) for rules in read_rulebook().sets for rule in rules.indicators)
    return table(
        ("Set", "In force from", "Indicator", "Counts", "Rule", "Points"),
        (
            (rules.id, rules.valid_from, f"{rule.id} {rule.name_en}", rule.counts, _counted(rule), _worth(rule))
            for rules, rule in rows
        ),
    )


def _counted(rule: Indicator) -> str:
    below = "" if rule.denominator is None else f"\nof `{rule.denominator.said()}`"
    return f"`{rule.numerator.said()}`{below}" + (f"\ntimes {rule.times}" if rule.times else "")


def _worth(rule: Indicator) -> str:
    threshold = f", all from {rule.threshold:g} % on" if rule.threshold else ""
    return "" if rule.points is None else f"{rule.points:g}{threshold}"


# ---- records


def _records(kinds: Iterable[tuple[str, str]]) -> str:
    return table(("Kind", "Meaning", "Payload"), ((f"`{kind}`", meaning, _fields(kind)) for kind, meaning in kinds))


def _fields(kind: str) -> str:
    fields = [f"`{name}` {meaning}" for name, meaning in described.PAYLOADS[kind].items()]
    if kind in HOLDS_VALUES:
        fields.append("`sealed` commitments of personal values")
    return "\n".join(fields) or "nothing"


# ---- the language


def _functions() -> str:
    rows = ((f"`{name}`", meaning, f"`{example}`", _result(example)) for name, (meaning, example) in _of_functions())
    return table(("Function", "Meaning", "Example", "Gives"), rows)


def _of_functions() -> Iterable[tuple[str, tuple[str, str]]]:
    return ((name, described.FUNCTIONS[name]) for name in sorted(FUNCTIONS))


def _result(example: str) -> str:
    return f"`{orjson.dumps(language.expression(example).value(_EXAMPLE)).decode()}`"


def _methods() -> str:
    rows = (
        (f"`{name}`", meaning, f"`{example}`", _result(example)) for name, (meaning, example) in _described(METHODS)
    )
    return table(("Method", "Meaning", "Example", "Gives"), rows)


def _changes() -> str:
    rows = (
        (f"`{name}`", meaning, f"`giay_to = {before}`<br>`{change}`", _result_of(f"giay_to = {before}\n{change}"))
        for name, (meaning, (before, change)) in _described(CHANGES)
    )
    return table(("Method", "Meaning", "Example", "Then `giay_to` is"), rows)


def _described(names: Iterable[str]) -> Iterable[tuple[str, Any]]:
    return ((name, described.METHODS[name]) for name in sorted(names))


def _result_of(text: str) -> str:
    return f"`{orjson.dumps(language.script(text).run(_EXAMPLE)['giay_to']).decode()}`"


def _syntax() -> str:
    names = [kind.__name__ for kind in (*syntax.VALUES, *statements.STATEMENTS)]
    rows = [described.SYNTAX[name] for name in names]
    for _, example in rows:
        language.script(f"x = {example}" if _is_value(example) else example)
    return table(("Syntax", "Example"), ((meaning, _code(example)) for meaning, example in rows))


def _is_value(text: str) -> bool:
    try:
        ast.parse(text, mode="eval")
    except SyntaxError:
        return False
    return True


def _refused() -> str:
    rows = ((what, _code(example), _refusal(example), why) for what, example, why in described.REFUSED)
    return table(("Refused", "Example", "Answer", "Why"), rows)


def _refusal(text: str) -> str:
    try:
        language.script(f"x = {text}" if _is_value(text) else text)
    except language.LanguageError as error:
        return error.en
    raise AssertionError(f"not refused: {text}")


def _budgets() -> str:
    return table(
        ("Budget", "At most"),
        (
            ("Characters of one expression or script", f"{language.LONGEST:,}"),
            ("Levels of nesting", f"{syntax.DEEPEST:,}"),
            ("Turns of loops in one script", f"{budget.MOST_STEPS:,}"),
            ("Units that one expression or script reads and builds", f"{budget.MOST_UNITS:,}"),
            ("Characters of a text, items of a list that is built", f"{budget.LARGEST:,}"),
            ("Bits of an intermediate integer", f"{budget.LARGEST_INTEGER:,}"),
            ("Characters of a text that is read as a number", f"{budget.LARGEST_NUMERAL:,}"),
            ("Numbers, texts, lists and maps in the value of one variable", f"{values.MOST_NODES:,}"),
            ("Characters in the value of one variable", f"{values.MOST_CHARACTERS:,}"),
        ),
    )


# ---- extension attributes


def _attributes() -> str:
    rows = (
        (f"`{name}`", *described.ATTRIBUTES[name][:2], f"`{described.ATTRIBUTES[name][2]}`")
        for name in sorted(extensions.OURS)
    )
    return table(("Attribute", "Where", "Meaning", "Example"), rows)


def _equivalents() -> str:
    rows = []
    for name in sorted(extensions.FROM_CAMUNDA | extensions.FROM_ZEEBE.keys()):
        camunda = f"`camunda:{name}`" if name in extensions.FROM_CAMUNDA else ""
        tag, attribute = extensions.FROM_ZEEBE.get(name, ("", ""))
        rows.append((f"`motcua:{name}`", camunda, f'`<zeebe:{tag} {attribute}="…"/>`' if tag else ""))
    return table(("Here", "Camunda 7", "Camunda 8"), rows)


# ---- BPMN


def _constructs(area: str) -> str:
    """What the tests of an area show, construct by construct."""
    rows = [row for row in _shown_by_tests() if row.area == area]
    return table(
        ("Construct", "What it does", "Shown by"),
        ((row.construct, _said(row.behaviour), f"`{row.test}`") for row in rows),
    )


def _shown_by_tests() -> list[constructs.Row]:
    for path in sorted(FOLDER.parent.glob("tests/*/**/test_*.py")):
        if "constructs import executes" not in path.read_text():
            continue
        importlib.import_module(".".join(path.relative_to(FOLDER.parent).with_suffix("").parts))
    return sorted(set(constructs.ROWS), key=lambda row: (row.area, row.construct.lower(), row.test))


def _said(docstring: str) -> str:
    return " ".join(docstring.split())


def _events() -> str:
    head = ("Event", *(f"`{place}`" for place in executed.EVENTS), "event sub-process")
    places = (*executed.EVENTS.values(), executed.EVENT_SUB_PROCESS)
    unknown = frozenset().union(*places) - set(described.EVENT_KINDS)
    if unknown:
        raise KeyError(*unknown)
    rows = ((kind, *("yes" if kind in allowed else "–" for allowed in places)) for kind in described.EVENT_KINDS)
    return table(head, rows)


def _not_executed() -> str:
    if both := executed.EXECUTED & described.NOT_EXECUTED.keys():
        raise KeyError(*both)
    return table(("Refused", "Why"), ((f"`{name}`", why) for name, why in described.NOT_EXECUTED.items()))


def _bounds() -> str:
    return table(
        ("Bound", "At most"),
        (
            ("Bytes of a diagram", f"{xml.LARGEST:,}"),
            ("Elements of a diagram", f"{xml.MOST_ELEMENTS:,}"),
            ("Flow nodes of a diagram", f"{xml.MOST_FLOW_NODES:,}"),
            ("Attributes of one element", f"{xml.MOST_ATTRIBUTES:,}"),
            ("Files of a zip", f"{bundle.MOST_ENTRIES:,}"),
            ("Bytes of all files, unpacked", f"{bundle.LARGEST:,}"),
            ("Flow nodes that one command runs before it commits and goes on in the next", f"{workflow.SHARE:,}"),
            ("Flow nodes without a wait before it is an incident", f"{workflow.PATIENCE:,}"),
            ("Repetitions of a multi-instance activity", f"{loops.MOST_INSTANCES:,}"),
        ),
    )


# ---- rules


def _rules(examples: Mapping[str, Example]) -> str:
    """What each rule says, shown on the smallest diagram that breaks it; in the order of the rules."""
    return "\n".join(_rule(code, examples[code]) for code in RULES if code in examples)


def _rule(code: str, example: Example) -> str:
    vi, en = _answer(code, example)
    clause = "A rule of this engine." if example.clause is None else f"BPMN 2.0.2, {example.clause}."
    return "\n".join([f"### `{code}`", "", f"- {en}", f"- {vi}", f"- {clause}", "", *_pictures(example)])


def _answer(code: str, example: Example) -> tuple[str, str]:
    try:
        found: Sequence[Problem] = inspect(example.upload, None).warnings
    except DeploymentRefused as refused:
        found = refused.problems
    problem = next(problem for problem in found if problem.code == code)
    return problem.vi, problem.en


def _pictures(example: Example) -> Iterable[str]:
    for name, text in example.shown.items():
        if name and len(example.shown) > 1:
            yield f"`{name}`\n"
        yield f"```{'xml' if text.startswith('<') else 'text'}\n{text or '<!-- nothing -->'}\n```\n"


def _uploads() -> str:
    return table(("Code", "Meaning"), ((f"`{code}`", meaning) for code, meaning in described.UPLOADS.items()))


def _incidents() -> str:
    rows = ((f"`{code}`", meaning, help_) for code, (meaning, help_) in described.INCIDENTS.items())
    return table(("Code", "Meaning", "What to do"), rows)


def _modifications() -> str:
    blanks = {"what": "…", "gateway": "…", "scopes": "…", "flows": "…"}
    return table(("Code", "Reason"), ((f"`{code}`", en.format(**blanks)) for code, (_, en) in REASONS.items()))


# ---- API


def description() -> dict[str, Any]:
    """What /v1/openapi.json answers."""
    content: dict[str, Any] = orjson.loads(app.description())
    return content


def _routes() -> str:
    rows = [
        (
            f"`{method.upper()} {path}`",
            operation.get("summary", "").replace("``", "`"),
            operation["x-policy"],
            ", ".join(_statuses(operation)),
        )
        for path, methods in description()["paths"].items()
        for method, operation in methods.items()
        if method in ("get", "post", "patch", "put", "delete")
    ]
    return table(("Route", "What it does", "Policy", "Statuses"), rows)


def _statuses(operation: dict[str, Any]) -> list[str]:
    return sorted(operation["responses"])


def _rights() -> str:
    rows = (
        (f"`{policy}`", *("yes" if policy in RIGHTS[role] else "" for role in Role))
        for policy in Policy
        if policy is not Policy.OPEN
    )
    return table(("Policy", *Role), rows)


def _problems() -> str:
    rows = ((f"`{code}`", str(kind.status), kind.en, kind.vi) for code, kind in KINDS.items())
    return table(("Code", "Status", "English", "Tiếng Việt"), rows)


TABLES: dict[str, Callable[[], str]] = {
    "settings": _settings,
    "client-settings": _client_settings,
    "facts-dossiers": lambda: _facts(facts.OF_DOSSIERS),
    "facts-procedures": lambda: _facts(facts.OF_PROCEDURES),
    "facts-publications": lambda: _facts(facts.OF_PUBLICATIONS),
    "facts-papers": lambda: _facts(facts.OF_PAPERS),
    "indicators": _indicators,
    "inputs": lambda: _records(INPUTS.items()),
    "consequences": lambda: _records(CONSEQUENCES.items()),
    "administrative": lambda: _records(ADMINISTRATIVE.items()),
    "accesses": lambda: _records(ACCESSES.items()),
    "rights": _rights,
    "functions": _functions,
    "methods": _methods,
    "changes": _changes,
    "syntax": _syntax,
    "refused": _refused,
    "budgets": _budgets,
    "attributes": _attributes,
    "equivalents": _equivalents,
    "activities": lambda: _constructs("Activities"),
    "gateways": lambda: _constructs("Gateways"),
    "event-constructs": lambda: _constructs("Events"),
    "data": lambda: _constructs("Data and structure"),
    "across": lambda: _constructs("Across instances"),
    "events": _events,
    "not-executed": _not_executed,
    "bounds": _bounds,
    "rules": lambda: _rules(REFUSED),
    "warnings": lambda: _rules(WARNED),
    "uploads": _uploads,
    "incidents": _incidents,
    "modifications": _modifications,
    "routes": _routes,
    "problems": _problems,
}
"""Every table by the name that marks its place."""


def filled(page: str) -> str:
    """The page with its tables as the code has them."""
    return _MARKED.sub(lambda mark: f"{mark[1]}\n{TABLES[mark[2]]()}\n{mark[3]}", page)


def marks(page: str) -> list[str]:
    """The tables that a page asks for."""
    return [mark[2] for mark in _MARKED.finditer(page)]


def main() -> None:
    """Bring every page up to date."""
    for path in sorted(FOLDER.rglob("*.md")):
        before = path.read_text()
        if (after := filled(before)) != before:
            path.write_text(after)


if __name__ == "__main__":
    main()
