"""A verification as callers get it, over HTTP and from the command line."""

from __future__ import annotations

from typing import Any


def shown(found: Any) -> dict[str, Any]:
    """The verdict, the counts, and the first difference when there is one."""
    return {
        "identical": found.identical,
        "records": found.records,
        "recomputed": found.recomputed,
        "takenFromRecord": found.taken_from_record,
        "firstDifference": None if found.first_difference is None else _difference(found.first_difference),
    }


def _difference(found: Any) -> dict[str, Any]:
    return {
        "seq": found.seq,
        "kind": found.kind,
        "reason": found.reason,
        "recorded": found.recorded,
        "computed": found.computed,
    }
