"""Writes histories of this version: ``python -m tests.histories FOLDER``. What is there already is never written again."""

from __future__ import annotations

import gzip
import sys
from pathlib import Path
from random import Random

from engine.service import export
from tests.engine.service.office import Office
from tests.engine.service.random_models import Generator
from tests.engine.service.test_verification import everything
from tests.engine.service.walk import live

RANDOM = 40
LARGEST = 60_000
"""Bytes of a history that is kept as it is; longer ones are compressed."""


def lived(office: Office) -> dict[str, str]:
    """Instances by the name of their file."""
    named = {f"every-kind-{number}": id for number, id in enumerate(everything(office))}
    for seed in range(RANDOM):
        named[f"random-{seed:02}"] = live(office, Generator(Random(seed), f"r{seed}").model(), seed)
    return named


def write(folder: Path) -> None:
    """Export each history to a file of its own."""
    folder.mkdir(parents=True)
    office = Office()
    with office.store.read() as queries:
        for name, id in lived(office).items():
            content = b"".join(export.lines(queries, id))
            if len(content) <= LARGEST:
                (folder / f"{name}.jsonl").write_bytes(content)
            else:
                (folder / f"{name}.jsonl.gz").write_bytes(gzip.compress(content, mtime=0))
    office.close()


if __name__ == "__main__":
    write(Path(sys.argv[1]))
