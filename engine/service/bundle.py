"""What was uploaded: single files, or one zip that is unpacked with every limit counted while it streams."""

from __future__ import annotations

import io
import posixpath
import stat
import tomllib
import zipfile
import zlib
from collections.abc import Sequence
from typing import Any

from engine.domain.definition import Resource
from engine.domain.errors import Problem
from engine.runtime.report import Report

MOST_ENTRIES = 100
LARGEST = 20 * 1024 * 1024
"""Bytes of all files together, unpacked."""
LARGEST_RATIO = 100
LARGEST_TOML, LONGEST_LINE = 64 * 1024, 4 * 1024
SUFFIXES = (".bpmn", ".json", ".toml")
_CHUNK = 64 * 1024


class BundleRefused(Exception):
    """An upload that is not even looked into."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(problem.en for problem in problems))
        self.problems = tuple(problems)


def unpack(uploads: Sequence[Resource]) -> list[Resource]:
    """The files of an upload, a zip replaced by what is in it.

    Raises:
        BundleRefused: a zip that is none, too large, or has names that point elsewhere.
    """
    files: list[Resource] = []
    for upload in uploads:
        files += _unzip(upload) if upload.name.lower().endswith(".zip") else [upload]
    names = [file.name for file in files]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise BundleRefused(
            [_problem(name, "fileTwice", "Tệp này có hai lần.", "This file is there twice.") for name in twice]
        )
    if not files:
        raise BundleRefused([_problem("", "empty", "Chưa gửi tệp nào.", "No file was sent.")])
    return files


def _unzip(upload: Resource) -> list[Resource]:
    try:
        with zipfile.ZipFile(io.BytesIO(upload.content)) as archive:
            return _entries(upload.name, archive)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        raise BundleRefused(
            [_problem(upload.name, "notAZip", f"Không mở được tệp zip: {error}", f"The zip cannot be opened: {error}")]
        ) from error


def _entries(file: str, archive: zipfile.ZipFile) -> list[Resource]:
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    if len(entries) > MOST_ENTRIES:
        raise BundleRefused([_too_large(file, f"{len(entries)} > {MOST_ENTRIES} files")])
    left, files = LARGEST, []
    for entry in entries:
        _check_entry(file, entry)
        content = _read(file, archive, entry, left)
        left -= len(content)
        files.append(Resource(entry.filename, content))
    return files


def _check_entry(file: str, entry: zipfile.ZipInfo) -> None:
    name = entry.filename
    strange = name.startswith(("/", "\\")) or "\\" in name or ":" in name or ".." in name.split("/")
    if strange or posixpath.normpath(name) != name or stat.S_ISLNK(entry.external_attr >> 16):
        raise BundleRefused(
            [
                _problem(
                    file,
                    "zipName",
                    f"Tên “{name}” trong tệp zip không được phép.",
                    f"The zip has the name '{name}', which is not allowed.",
                )
            ]
        )
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        # Others unpack into as much memory as the sender likes, however little is asked of them.
        raise NotImplementedError(f"{name}: only stored and deflated files are taken")
    if name.lower().endswith((".zip", ".gz", ".7z", ".rar", ".tar")):
        raise BundleRefused(
            [
                _problem(
                    file,
                    "zipInZip",
                    f"“{name}” là tệp nén trong tệp nén.",
                    f"'{name}' is an archive inside the archive.",
                )
            ]
        )


def _read(file: str, archive: zipfile.ZipFile, entry: zipfile.ZipInfo, left: int) -> bytes:
    """Count what really comes out: the sizes that a zip declares are the sender's word."""
    parts: list[bytes] = []
    size = 0
    most = min(left, max(entry.compress_size, 1) * LARGEST_RATIO)
    with archive.open(entry) as stream:
        while chunk := stream.read(_CHUNK):
            size += len(chunk)
            if size > left or (size > most and size > _CHUNK):
                raise BundleRefused([_too_large(file, f"{entry.filename}: > {min(left, most)} bytes")])
            parts.append(chunk)
    return b"".join(parts)


def _too_large(file: str, what: str) -> Problem:
    return _problem(file, "zipTooLarge", f"Tệp zip bung ra quá lớn ({what}).", f"The zip unpacks to too much ({what}).")


def _problem(file: str, code: str, vi: str, en: str) -> Problem:
    return Problem(file, code, vi, en)


def read_toml(file: Resource, report: Report) -> dict[str, Any]:
    """What procedure.toml says; nothing when it is not well-formed, which the report then has."""
    try:
        return tomllib.loads(_text(file.content))
    except (ValueError, RecursionError) as error:
        report.refuse("tomlRefused", reason=str(error))
        return {}


def _text(content: bytes) -> str:
    """Within bounds: tomllib takes time and memory by the square of a key's parts."""
    if len(content) > LARGEST_TOML:
        raise ValueError(f"more than {LARGEST_TOML} bytes")
    if any(len(line) > LONGEST_LINE for line in content.splitlines()):
        raise ValueError(f"a line of more than {LONGEST_LINE} bytes")
    return content.decode()
