"""What `motcua verify` says of a history."""

from __future__ import annotations

from api.cli.verify import verdict


def test_only_what_was_computed_is_said_to_be_executed_again() -> None:
    """An auditor reads this line: what values were erased from is not proved by execution."""
    verification = {"identical": True, "records": 13, "recomputed": 10, "takenFromRecord": 3, "firstDifference": None}

    said = verdict(verification)

    assert "10" in said and "3" in said and "13" not in said
