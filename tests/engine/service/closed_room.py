"""A process with little memory that looks at hostile uploads: ``python -m … accidents seed canary port``."""

from __future__ import annotations

import json
import resource
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from engine.domain.definition import Resource
from engine.domain.errors import DeploymentRefused
from engine.service.inspection import inspect
from tests.engine.service.hostile_uploads import accidents, by_hand

MEMORY = 512 * 1024 * 1024
"""Bytes of address space, the interpreter's among them."""


def main(count: int, seed: int, canary: Path, port: int) -> dict[str, Any]:
    """What became of all of them."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    outcomes: Counter[str] = Counter()
    crashes, slowest, said = [], (0.0, ""), []
    for name, upload in _cases(count, seed, canary, port):
        begun = time.process_time()
        try:
            inspect([upload], None)
            outcome = "taken"
        except DeploymentRefused as refused:
            outcome = "refused"
            said += [problem.vi + problem.en for problem in refused.problems]
        except BaseException as error:  # noqa: BLE001 - whatever gets out is what is looked for
            outcome = "crashed"
            crashes.append(f"{name}: {type(error).__name__}: {str(error)[:200]}")
        outcomes[outcome] += 1
        slowest = max(slowest, (time.process_time() - begun, name))
    secret = canary.read_text().strip()
    leaks = [text[:300] for text in said if secret in text]
    return {"outcomes": outcomes, "crashes": crashes, "slowest": slowest, "leaks": leaks}


def _cases(count: int, seed: int, canary: Path, port: int) -> Iterator[tuple[str, Resource]]:
    yield from by_hand(canary, port)
    for number, upload in enumerate(accidents(count, seed)):
        yield f"accident {number} of {upload.name}", upload


if __name__ == "__main__":
    _, many, start, file, at = sys.argv
    print(json.dumps(main(int(many), int(start), Path(file), int(at))))
