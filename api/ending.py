"""How a process of ours ends when the store is not to be had."""

from __future__ import annotations

import sys

from engine.domain.errors import EngineError

IN_USE, UNUSABLE = 75, 74
"""Exit codes: the store is another's (EX_TEMPFAIL), or cannot be used (EX_IOERR)."""


def refused(error: EngineError, code: int) -> int:
    """Say why, to whoever started it, in both languages; the exit code."""
    print(f"{error.says('vi')}\n{error.says('en')}", file=sys.stderr, flush=True)  # noqa: T201 - for a person
    return code
