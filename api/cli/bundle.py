"""What lies in folders and files and belongs together: one procedure, one upload."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from api.cli.failure import Failed
from api.cli.language import say
from api.procedures import files_of, is_procedure, read
from engine.domain.definition import Resource


@dataclass(frozen=True, slots=True)
class Bundle:
    """The files of one upload. Their names are relative to ``place``, a folder or a zip."""

    place: Path
    parts: tuple[Resource, ...]

    def where(self, name: str) -> str:
        """A file's path, as the person who asked would write it."""
        return str(self.place / name) if name and name != self.place.name else str(self.place)


def bundles(paths: tuple[Path, ...]) -> list[Bundle]:
    """Folders one by one, a folder of folders as each of them, zips one by one, and all single files together.

    Raises:
        Failed: a folder has nothing that could be deployed.
    """
    found: list[Bundle] = []
    for path in paths:
        if path.is_dir():
            found += _of_folder(path)
        elif path.suffix.lower() == ".zip":
            found.append(Bundle(path, (Resource(path.name, path.read_bytes()),)))
    files = [path for path in paths if path.is_file() and path.suffix.lower() != ".zip"]
    return [*found, _of_files(files)] if files else found


def _of_files(files: list[Path]) -> Bundle:
    folder = Path(os.path.commonpath([path.parent for path in files]))
    return Bundle(folder, read(folder, files))


def _of_folder(folder: Path) -> list[Bundle]:
    folders = [folder] if is_procedure(folder) else sorted(each for each in folder.iterdir() if each.is_dir())
    found = [Bundle(each, read(each, files_of(each))) for each in folders if is_procedure(each)]
    if not found:
        raise Failed(
            say(f"Không có tệp .bpmn nào trong {folder} và các thư mục ngay dưới nó.",
                f"There is no .bpmn file in {folder} or in the folders directly below it."),
        )  # fmt: skip
    return found
