"""Documents on a store that several machines write to: what is forgotten and what is handed in at the same moment."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from adapters.database.store import DatabaseStore
from engine.domain.attachment import Attachment
from engine.ports import Changes


def _attached(id: str) -> Changes:
    row = Attachment(id, id, "hash", "application/pdf", 1, None, None, None, 0, 0, 0, "2026-03-02", "an")
    return Changes(inserts={Attachment: [row]}, documents={"hash": b"both"})


def _write(store: DatabaseStore, changes: Changes) -> None:
    with store.begin() as unit:
        unit.write(changes)
        unit.commit()


@pytest.mark.parametrize("archived_first", [True, False])
def test_what_is_handed_in_while_it_is_archived_stays(
    archived_first: bool, new_store: Callable[[str, Path], str], tmp_path: Path
) -> None:
    """The same file is in a dossier that leaves and in one that comes: whichever commits first, the second dossier has it."""
    store = DatabaseStore(new_store("postgresql", tmp_path))
    _write(store, _attached("old"))
    changes = [Changes(archived=["old"]), _attached("new")]
    first, second = changes if archived_first else reversed(changes)

    with ThreadPoolExecutor(1) as other:
        with store.begin() as unit:
            unit.write(first)
            waiting = other.submit(_write, store, second)
            with pytest.raises(TimeoutError):
                waiting.result(0.5)
            unit.commit()
        waiting.result(10)

    with store.read() as queries:
        assert ([], b"both") == (list(queries.attachments_of("old")), queries.document("hash"))
        assert 1 == len(queries.attachments_of("new"))
    store.close()
