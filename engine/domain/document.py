"""Documents (tệp tài liệu): files of dossiers, known by the SHA-256 of their bytes and by what they really are."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.domain.errors import DocumentRefused

MEGABYTE = 1024 * 1024
LARGEST = 20 * MEGABYTE
"""Bytes of one file, unless the operator says otherwise."""
LARGEST_UNPACKED, MOST_ENTRIES, LARGEST_RATIO = 100 * 1024 * 1024, 2_000, 200
"""Of an office file, which is a zip: bytes, files, bytes that come out of one."""
PDF, PNG, JPEG, TIFF, XML = "application/pdf", "image/png", "image/jpeg", "image/tiff", "application/xml"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ENDINGS: Mapping[str, tuple[str, ...]] = {
    PDF: ("pdf",), PNG: ("png",), JPEG: ("jpg", "jpeg"), TIFF: ("tif", "tiff"), DOCX: ("docx",), XLSX: ("xlsx",), XML: ("xml",),
}  # fmt: skip
"""What is taken, and how the names of such files end; the first is the usual one."""
ALLOWED = "PDF, PNG, JPEG, TIFF, DOCX, XLSX, XML"
_ALIASES = {"text/xml": XML, "image/jpg": JPEG, "image/pjpeg": JPEG, "application/x-pdf": PDF}
_UNSAID = frozenset({"", "application/octet-stream", "application/zip", "application/x-zip-compressed", "text/plain"})
"""What programs say that do not know it."""
_BEGINNINGS = (
    (b"%PDF-", PDF), (b"\x89PNG\r\n\x1a\n", PNG), (b"\xff\xd8\xff", JPEG), (b"II*\0", TIFF), (b"MM\0*", TIFF),
    (b"PK\x03\x04", "zip"), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old"),
)  # fmt: skip
"""``old``: what Word and Excel wrote before 2007, and write now with a password."""
_HEADER = 1024
"""Bytes in which readers of PDF look for its beginning."""
_ENCRYPTED = 0x1
"""Bit of a zip entry's flags."""
_NO_ZIP = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError)
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


def media_type_of(content: bytes, largest: int = LARGEST) -> str:
    """What a file is by its own bytes, and nothing else beside.

    That an XML file is one is only seen by its beginning here: whoever keeps it parses it.

    Raises:
        DocumentRefused: it is empty, too large, or of no type that is taken.
    """
    if not content:
        raise DocumentRefused(why_vi="tệp rỗng; hãy gửi lại.", why_en="it is empty; send it again.")
    if len(content) > largest:
        raise _too_large(f"{len(content)} > {largest} byte")
    found = next((kind for beginning, kind in _BEGINNINGS if content.startswith(beginning)), None)
    if found == "zip":
        return _office_type(content)
    if found == "old":
        raise _locked()
    if found is not None:
        _check_single(content, found)
    if found is None and content.removeprefix(_MARK).lstrip()[:5] == b"<?xml":
        return XML
    if found is None:
        raise _unknown()
    return found


def check_said(media_type: str, name: str | None, said: str) -> None:
    """What the sender says a file is, by its name and by its type, must be what it is: else one of them deceives somebody.

    Raises:
        DocumentRefused: it is something else.
    """
    said = said.partition(";")[0].strip().lower()
    if said not in _UNSAID and _ALIASES.get(said, said) != media_type:
        raise _mistyped(media_type, said)
    stem, dot, ending = (name or "").rpartition(".")
    if dot and stem and ending.lower() not in ENDINGS[media_type]:
        raise _mistyped(media_type, f".{ending[:20]}")


def _check_single(content: bytes, found: str) -> None:
    """A file that another program reads as something else would be looked at as the one and opened as the other."""
    if _is_zip(content) or (found != PDF and b"%PDF-" in content[:_HEADER]):
        raise DocumentRefused(
            why_vi="đồng thời là một tệp dạng khác (ví dụ tệp nén nối vào sau); hãy lưu lại thành một dạng.",
            why_en="it is a file of another type as well (as a zip put behind it); save it as one type.",
        )


def _is_zip(content: bytes) -> bool:
    """Whether a program that unpacks would find something in it, wherever that stands."""
    if not zipfile.is_zipfile(io.BytesIO(content)):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return bool(archive.infolist())
    except _NO_ZIP:
        return False


def _office_type(content: bytes) -> str:
    """Word's or Excel's file by its main part; every part is unpacked and counted, for sizes that a zip states prove nothing."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            if any(entry.flag_bits & _ENCRYPTED for entry in entries):
                raise _locked()
            if any(entry.filename.lower().endswith("vbaproject.bin") for entry in entries):
                raise _with_macros()
            found = [kind for part, kind in _MAIN_PARTS.items() if part in archive.namelist()]
            if len(found) != 1 or "[Content_Types].xml" not in archive.namelist():
                raise _unknown()
            _count(archive, entries)
    except _NO_ZIP:
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
        why_vi=f"không thuộc các dạng {ALLOWED} (xét theo nội dung, không theo tên); hãy chuyển sang một trong các dạng đó.",
        why_en=f"it is none of {ALLOWED} (by its content, whatever its name); convert it to one of these.",
    )


def _mistyped(found: str, said: str) -> DocumentRefused:
    ending = ENDINGS[found][0]
    return DocumentRefused(
        why_vi=f"nội dung là .{ending} nhưng được gửi như {said}; hãy đặt lại tên và dạng cho đúng. Dạng được nhận: {ALLOWED}.",
        why_en=f"its content is .{ending}, and it was sent as {said}; name it rightly. What is taken: {ALLOWED}.",
    )


def _locked() -> DocumentRefused:
    return DocumentRefused(
        why_vi="có mật khẩu, bị mã hóa hoặc là dạng Word, Excel cũ; hãy bỏ mật khẩu và lưu thành DOCX, XLSX hoặc PDF.",
        why_en="it has a password, is encrypted, or is of the old form of Word or Excel; save it without, as DOCX, XLSX or PDF.",
    )


def _with_macros() -> DocumentRefused:
    return DocumentRefused(
        why_vi="có macro; hãy lưu lại thành DOCX, XLSX không macro hoặc PDF.",
        why_en="it has macros; save it as a DOCX or XLSX without them, or as PDF.",
    )
