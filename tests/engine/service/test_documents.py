"""Files of dossiers: taken by what they are, whatever they are called; what could harm whoever opens it is not."""

from __future__ import annotations

import io
import zipfile

import pytest

from engine.domain.document import DOCX, JPEG, LARGEST, MEGABYTE, PDF, PNG, TIFF, XLSX, XML, check_said
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


def locked(content: bytes) -> bytes:
    """The same zip, saying of its first file that it is encrypted."""
    at = content.index(b"PK\x01\x02")
    return content[: at + 8] + bytes([content[at + 8] | 1]) + content[at + 9 :]


TAKEN = {
    "pdf": (b"%PDF-1.7\n...", PDF),
    "png": (b"\x89PNG\r\n\x1a\n...", PNG),
    "jpeg": (b"\xff\xd8\xff\xe0...", JPEG),
    "tiff": (b"II*\0....", TIFF),
    "tiff of the other order": (b"MM\0*....", TIFF),
    "letters of a zip by chance": (b"%PDF-1.7\n" + b"PK\x05\x06" + b"x" * 40, PDF),
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
    "behind a password": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600,
    "encrypted zip": locked(zipped("[Content_Types].xml", WORD)),
    "macros": zipped("[Content_Types].xml", WORD, "word/vbaProject.bin"),
    "pdf and zip": b"%PDF-1.7\n%%EOF\n" + zipped("a.exe"),
    "picture and zip": b"\xff\xd8\xff\xe0..." + zipped("a.class"),
    "picture and pdf": b"\x89PNG\r\n\x1a\n" + b"%PDF-1.7\n",
    "page before a pdf": b"<html></html>%PDF-1.7\n",
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


@pytest.mark.parametrize(
    ("kind", "name", "said"),
    [
        (PDF, "don.pdf", "application/pdf"),
        (PDF, "Đơn đề nghị.PDF", "application/octet-stream"),
        (PDF, None, ""),
        (JPEG, "anh.jpeg", "image/jpg"),
        (XML, "to_khai.xml", "text/xml; charset=utf-8"),
        (DOCX, "không có đuôi", DOCX),
    ],
)
def test_what_is_said_rightly_is_taken(kind, name, said):
    """Browsers, scanners and old programs name the same thing in several ways."""
    check_said(kind, name, said)


@pytest.mark.parametrize(
    ("kind", "name", "said"),
    [
        (PDF, "anh.png", ""),
        (PDF, "don.pdf.exe", ""),
        (PNG, "anh.png", "image/jpeg"),
        (XML, "trang.html", ""),
        (XML, "to_khai.xml", "text/html"),
        (DOCX, "don.docm", ""),
    ],
)
def test_a_file_that_is_not_what_it_is_called_is_refused(kind, name, said):
    """Whoever opens it later goes by its name: it must not say another thing than the bytes; what is allowed is said."""
    with pytest.raises(DocumentRefused) as refused:
        check_said(kind, name, said)
    assert "PDF, PNG, JPEG, TIFF, DOCX, XLSX, XML" in refused.value.says("vi")


def test_how_large_a_file_may_be_is_the_operators(office):
    """A province whose scanners make larger files allows them; what was kept then can be read for ever."""
    content = b"%PDF-1.7\n" + b"x" * (21 * MEGABYTE)
    with pytest.raises(DocumentRefused):
        documents.looked_at(content)
    assert documents.looked_at(content, 30 * MEGABYTE).media_type == PDF


def test_a_file_that_is_not_there(office):
    """Said as everything that is not there."""
    with office.store.read() as queries, pytest.raises(NotFound) as missing:
        documents.get(queries, "0" * 64)
    assert "Không tìm thấy" in missing.value.says("vi")
