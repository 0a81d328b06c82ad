"""Plants each bug in a copy of the program, one after the other, and runs the test that must find it: ``make mutants``."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.mutants.planted import PLANTED, Mutant

ROOT = Path(__file__).parent.parent.parent
PARTS = ("engine", "api", "adapters", "bpmn", "docs", "tests", "benchmarks", "setup.cfg", "README.md", "CHANGELOG.md", "Makefile")  # fmt: skip
FAILED = 1
"""pytest's exit code when a test failed; others say that it could not be run."""


def main() -> int:
    """How many bugs were not found."""
    survived = 0
    with tempfile.TemporaryDirectory() as folder:
        for part in PARTS:
            _copy(ROOT / part, Path(folder, part))
        for mutant in PLANTED:
            found = _is_found(mutant, Path(folder))
            survived += not found
            print(f"{'found' if found else 'NOT FOUND':10} {mutant.name}  ({mutant.test})", flush=True)
    print(f"{len(PLANTED)} bugs planted, {len(PLANTED) - survived} found")
    return survived


def _copy(source: Path, to: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, to, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy(source, to)


def _is_found(mutant: Mutant, folder: Path) -> bool:
    file = folder / mutant.file
    whole = file.read_text()
    if mutant.before not in whole:
        raise SystemExit(f"{mutant.name}: {mutant.file} has no {mutant.before!r}")
    file.write_text(whole.replace(mutant.before, mutant.after))
    try:
        command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *mutant.test.split()]
        run = subprocess.run(command, check=False, cwd=folder, capture_output=True, text=True, timeout=600)
    finally:
        file.write_text(whole)
    if run.returncode not in (0, FAILED):
        raise SystemExit(f"{mutant.name}: {run.stdout[-1000:]}{run.stderr[-1000:]}")
    return run.returncode == FAILED


if __name__ == "__main__":
    sys.exit(main())
