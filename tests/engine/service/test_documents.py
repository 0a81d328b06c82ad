"""Files of dossiers: taken by what they are, whatever they are called; what could harm whoever opens it is not."""

from __future__ import annotations

import io
import zipfile

import pytest

from engine.domain.document import DOCX, JPEG, LARGEST, PDF, PNG, XLSX, XML
from engine.domain.errors import DocumentRefused, NotFound
from engine.service import documents

WORD, EXCEL = "word/document.xml", "xl/workbook.xml"


def zipped(*names: str, content: bytes = b"x", method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip of these files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name in names:
            archive.writestr(name, content)
    return out.getvalue()


TAKEN = {
    "pdf": (b"%PDF-1.7\n...", PDF),
    "png": (b"\x89PNG\r\n\x1a\n...", PNG),
    "jpeg": (b"\xff\xd8\xff\xe0...", JPEG),
    "docx": (zipped("[Content_Types].xml", WORD), DOCX),
    "xlsx": (zipped("[Content_Types].xml", EXCEL), XLSX),
    "xml": (b'<?xml version="1.0"?><a/>', XML),
    "xml with a mark": (b'\xef\xbb\xbf<?xml version="1.0"?><a/>', XML),
}
REFUSED = {
    "empty": b"",
    "too large": b"%PDF-" + b"x" * LARGEST,
    "program": b"MZ\x90\x00",
    "page": b"<html><script>alert(1)</script></html>",
    "text": "Đơn đề nghị".encode(),
    "plain zip": zipped("a.exe"),
    "both": zipped("[Content_Types].xml", WORD, EXCEL),
    "bomb": zipped("[Content_Types].xml", WORD, content=b"0" * (30 * 1024 * 1024)),
    "many files": zipped("[Content_Types].xml", WORD, *(f"f{i}" for i in range(2_001))),
    "other packing": zipped("[Content_Types].xml", WORD, method=zipfile.ZIP_LZMA),
    "cut off": zipped("[Content_Types].xml", WORD)[:-30],
    "doctype": b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
    "half xml": b'<?xml version="1.0"?><a>',
}


@pytest.mark.parametrize("name", TAKEN)
def test_what_is_taken_is_known_by_its_bytes(name):
    """The type comes from the content alone."""
    content, kind = TAKEN[name]
    assert kind == documents.looked_at(content).media_type


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_taken_says_why_in_both_languages(name):
    """A clerk reads the one, a program's author the other."""
    with pytest.raises(DocumentRefused) as refused:
        documents.looked_at(REFUSED[name])
    assert refused.value.says("vi").startswith("Tệp không được nhận: ") and len(refused.value.says("en")) > 30


def test_a_file_that_is_not_there(office):
    """Said as everything that is not there."""
    with office.store.read() as queries, pytest.raises(NotFound) as missing:
        documents.get(queries, "0" * 64)
    assert "Không tìm thấy" in missing.value.says("vi")
