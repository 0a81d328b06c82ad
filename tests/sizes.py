"""Reports how long functions and files are, beside the budget. It judges nothing: `python -m tests.sizes`.

The distribution says more than a limit for each function: lines of a body are counted without its docstring.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_PACKAGES = ("engine", "api", "adapters")
_LONG_FUNCTION, _LONG_FILE = 40, 400
_FUNCTION_BUDGET = "median <= 6, p90 <= 20"
_FILE_BUDGET = "p90 <= 250"


@dataclass(frozen=True, slots=True)
class Size:
    """How many lines something has, and where it stands."""

    lines: int
    where: str


def main() -> None:
    """Print the report for the packages of the product."""
    functions: list[Size] = []
    files: list[Size] = []
    for path in sorted(path for package in _PACKAGES for path in Path(package).rglob("*.py")):
        source = path.read_text(encoding="utf-8")
        files.append(Size(len(source.splitlines()), str(path)))
        functions.extend(_functions(ast.parse(source), path))
    _print("functions", functions, _FUNCTION_BUDGET, _LONG_FUNCTION)
    _print("files", files, _FILE_BUDGET, _LONG_FILE)


def _functions(tree: ast.Module, path: Path) -> Iterator[Size]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield Size(_body_lines(node), f"{path}:{node.lineno} {node.name}")


def _body_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    body = node.body[1:] if ast.get_docstring(node) is not None else node.body
    if not body:
        return 0
    return (body[-1].end_lineno or body[-1].lineno) - body[0].lineno + 1


def _print(what: str, sizes: list[Size], budget: str, long: int) -> None:
    lines = sorted(size.lines for size in sizes)
    median, p90, p98 = (_percentile(lines, share) for share in (50, 90, 98))
    print(f"{what:<10}{len(lines):>6}   median {median}   p90 {p90}   p98 {p98}   (budget: {budget})")
    for size in sorted(sizes, key=lambda size: -size.lines):
        if size.lines > long:
            print(f"  {size.lines:>4} lines, above {long}: {size.where}")


def _percentile(ordered: list[int], share: int) -> int:
    """The nearest-rank percentile, 0 of nothing."""
    return ordered[(len(ordered) * share + 99) // 100 - 1] if ordered else 0


if __name__ == "__main__":
    main()
