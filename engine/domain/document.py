"""Documents (tệp tài liệu): files of dossiers, known by the SHA-256 of their bytes and by what they really are."""

from __future__ import annotations

import io
import zipfile
import zlib
from dataclasses import dataclass, field

from engine.domain.errors import DocumentRefused

LARGEST = 20 * 1024 * 1024
"""Bytes of one file."""
LARGEST_UNPACKED, MOST_ENTRIES, LARGEST_RATIO = 100 * 1024 * 1024, 2_000, 200
"""Of an office file, which is a zip: bytes, files, bytes that come out of one."""
PDF, PNG, JPEG, XML = "application/pdf", "image/png", "image/jpeg", "application/xml"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MEDIA_TYPES = (PDF, PNG, JPEG, DOCX, XLSX, XML)
"""What is taken."""
_BEGINNINGS = ((b"%PDF-", PDF), (b"\x89PNG\r\n\x1a\n", PNG), (b"\xff\xd8\xff", JPEG), (b"PK\x03\x04", "zip"))
_MAIN_PARTS = {"word/document.xml": DOCX, "xl/workbook.xml": XLSX}
_MARK = b"\xef\xbb\xbf"
"""What some programs put before UTF-8."""
_CHUNK = 64 * 1024


@dataclass(frozen=True, slots=True)
class Document:
    """A file that is taken."""

    hash: str
    media_type: str
    content: bytes = field(repr=False)


def media_type_of(content: bytes) -> str:
    """What a file is by its own bytes; what the sender says about it counts for nothing.

    That an XML file is one is only seen by its beginning here: whoever keeps it parses it.

    Raises:
        DocumentRefused: it is empty, too large, or of no type that is taken.
    """
    if not content:
        raise DocumentRefused(why_vi="tệp rỗng; hãy gửi lại.", why_en="it is empty; send it again.")
    if len(content) > LARGEST:
        raise _too_large(f"{len(content)} > {LARGEST} byte")
    found = next((kind for beginning, kind in _BEGINNINGS if content.startswith(beginning)), None)
    if found == "zip":
        return _office_type(content)
    if found is None and content.removeprefix(_MARK).lstrip()[:5] == b"<?xml":
        return XML
    if found is None:
        raise _unknown()
    return found


def _office_type(content: bytes) -> str:
    """Word's or Excel's file by its main part; every part is unpacked and counted, for sizes that a zip states prove nothing."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            found = [kind for part, kind in _MAIN_PARTS.items() if part in archive.namelist()]
            if len(found) != 1 or "[Content_Types].xml" not in archive.namelist():
                raise _unknown()
            _count(archive, entries)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError):
        raise _unknown() from None
    return found[0]


def _count(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MOST_ENTRIES:
        raise _too_large(f"{len(entries)} > {MOST_ENTRIES} tệp bên trong / files inside")
    left = LARGEST_UNPACKED
    for entry in entries:
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise _unknown()
        left -= _unpacked(archive, entry, min(left, max(entry.compress_size, _CHUNK) * LARGEST_RATIO))


def _unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int) -> int:
    size = 0
    with archive.open(entry) as stream:
        while chunk := stream.read(_CHUNK):
            size += len(chunk)
            if size > most:
                raise _too_large(f"{entry.filename[:80]}: > {most} byte")
    return size


def _too_large(what: str) -> DocumentRefused:
    return DocumentRefused(
        why_vi=f"quá lớn ({what}); hãy giảm dung lượng.", why_en=f"too large ({what}); make it smaller."
    )


def _unknown() -> DocumentRefused:
    return DocumentRefused(
        why_vi="không phải PDF, PNG, JPEG, DOCX, XLSX hoặc XML (xét theo nội dung, không theo tên); hãy chuyển sang một trong các dạng đó.",
        why_en="it is no PDF, PNG, JPEG, DOCX, XLSX or XML (by its content, whatever its name); convert it to one of these.",
    )
