"""Uploads of somebody who means harm: XML and zip files made by hand, and accidents of good ones. The same for a seed."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path
from random import Random

from engine.domain.definition import Resource
from tests.api.models import chain, process

ROOT = Path(__file__).parents[3]
GOOD = process("p", chain("startEvent|s", "userTask|t", "endEvent|e")).decode()
BODY = GOOD.partition("?>")[2] if GOOD.startswith("<?xml") else GOOD
_READ, _NEVER = "&x;", ""


def by_hand(canary: Path, port: int) -> Iterator[tuple[str, Resource]]:
    """Every case with its name. ``canary`` is a file that must not be read, ``port`` one that must not be called."""
    for name, content in _documents(canary, port):
        yield name, Resource("a.bpmn", content)
    for name, content in _archives():
        yield name, Resource("a.zip", content)
    for name, content in _others():
        yield name, Resource(name.rpartition(" ")[2], content)


def _with(doctype: str, inside: str = _READ, encoding: str = "utf-8") -> bytes:
    """The good diagram behind a document type, with something where its names are."""
    text = f'<?xml version="1.0" encoding="{encoding}"?>{doctype}{BODY}'
    return text.replace('name="', f'name="{inside}', 1).encode(encoding)


def _places(canary: Path, port: int) -> list[str]:
    """Where an entity, an inclusion or a schema may be said to be."""
    web = f"127.0.0.1:{port}"
    return [
        canary.as_uri(), str(canary), f"file://localhost{canary}", f"http://{web}/x", f"https://{web}/x", f"ftp://{web}/x",
        f"//{web}/x", f"jar:http://{web}/x!/y", f"netdoc:{canary}", f"gopher://{web}/x", f"php://filter/resource={canary}",
        "data:text/plain,x", "expect://id", "/dev/random", "/proc/self/environ", "/dev/stdin",
    ]  # fmt: skip


def _documents(canary: Path, port: int) -> Iterator[tuple[str, bytes]]:
    for place in _places(canary, port):
        yield f"entity {place}", _with(f'<!DOCTYPE d [<!ENTITY x SYSTEM "{place}">]>')
        yield f"document type {place}", _with(f'<!DOCTYPE d SYSTEM "{place}">', _NEVER)
        yield f"parameter entity {place}", _with(f'<!DOCTYPE d [<!ENTITY % y SYSTEM "{place}"> %y;]>', _NEVER)
        yield (
            f"inclusion {place}",
            GOOD.replace(
                "<process",
                f'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{place}" parse="text"/><process',
                1,
            ).encode(),
        )
        yield (
            f"import {place}",
            GOOD.replace(
                "<process",
                f'<import importType="http://www.w3.org/2001/XMLSchema" namespace="n" location="{place}"/><process',
                1,
            ).encode(),
        )
        yield (
            f"schema {place}",
            GOOD.replace(
                "<process",
                f'<process xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="n {place}"',
                1,
            ).encode(),
        )
    yield from _bombs()
    yield from _large()
    yield from _odd(canary)


def _bombs() -> Iterator[tuple[str, bytes]]:
    for times in (4, 10, 30):
        laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, times))
        yield f"{times} laughs", _with(f'<!DOCTYPE d [<!ENTITY l0 "ha">{laughs}]>', f"&l{times - 1};")
    yield "quadratic", _with(f'<!DOCTYPE d [<!ENTITY x "{"a" * 50_000}">]>', "&x;" * 20_000)
    yield "itself", _with('<!DOCTYPE d [<!ENTITY x "&x;">]>')
    yield "each other", _with('<!DOCTYPE d [<!ENTITY x "&y;"><!ENTITY y "&x;">]>')
    yield "parameters", _with('<!DOCTYPE d [<!ENTITY % a "x"><!ENTITY % b "%a;%a;%a;"><!ENTITY x "%b;">]>')
    yield "default of an attribute", _with('<!DOCTYPE d [<!ATTLIST process id CDATA "&x;"><!ENTITY x "y">]>', _NEVER)
    yield "unknown entity", _with("", "&nobody;")
    yield "empty document type", _with("<!DOCTYPE d>", _NEVER)
    for encoding in ("utf-16", "utf-16-le", "utf-32", "cp037", "utf-7"):
        yield f"document type in {encoding}", _with('<!DOCTYPE d [<!ENTITY x "y">]>', encoding=encoding)


def _large() -> Iterator[tuple[str, bytes]]:
    for depth in (200, 300, 5_000, 100_000):
        yield f"{depth} deep", GOOD.replace("<process", f"{'<a>' * depth}{'</a>' * depth}<process", 1).encode()
    for what, inside in (
        ("text", "x" * 12_000_000),
        ("text within bounds", "x" * 1_900_000),
        ("comment", f"<!--{'x' * 1_900_000}-->"),
        ("elements", "<a/>" * 450_000),
        ("elements within bounds", "<a/>" * 19_000),
        ("attributes", f"<a {' '.join(f'a{n}=1' for n in range(9))}/>"),
        ("many attributes", "<a " + " ".join(f'a{n}="1"' for n in range(100_000)) + "/>"),
        ("namespaces", "<a " + " ".join(f'xmlns:n{n}="u{n}"' for n in range(60_000)) + "/>"),
        ("instructions", "<?a b?>" * 200_000),
        ("a long name", f"<{'a' * 1_000_000}/>"),
        ("a long value", f'<a b="{"x" * 1_900_000}"/>'),
        ("characters by number", "&#120;" * 300_000),
    ):
        yield f"large {what}", GOOD.replace("<process", f"{inside}<process", 1).encode()
    tasks = "".join(f'<userTask id="t{n}"/>' for n in range(6_000))
    yield "flow nodes", GOOD.replace("</process>", f"{tasks}</process>", 1).encode()
    flows = "".join(f'<sequenceFlow id="f{n}" sourceRef="s" targetRef="t"/>' for n in range(15_000))
    yield "flows of one element", GOOD.replace("</process>", f"{flows}</process>", 1).encode()


def _odd(canary: Path) -> Iterator[tuple[str, bytes]]:
    whole = GOOD.encode()
    yield from (
        ("nothing", b""), ("a blank", b" "), ("a mark", b"\xef\xbb\xbf"), ("a mark before it", b"\xef\xbb\xbf" + whole),
        ("half of it", whole[: len(whole) // 2]), ("zeros", b"\0" * 1000), ("zeros in it", whole.replace(b"userTask", b"user\0Task")),
        ("no UTF-8", whole.replace(b"userTask", b"user\xff\xfeTask")), ("two roots", whole + BODY.encode()),
        ("twice the same attribute", whole.replace(b"<userTask ", b'<userTask id="t" ', 1)),
        ("half a pair", whole.replace(b'name="', b'name="&#xD800;', 1)), ("no character", whole.replace(b'name="', b'name="&#0;', 1)),
        ("beyond all characters", whole.replace(b'name="', b'name="&#x110000;', 1)),
        ("another version", b'<?xml version="1.1"?>' + BODY.encode()), ("an unknown encoding", b'<?xml version="1.0" encoding="x-none"?>' + BODY.encode()),
        ("HTML", b"<html><script>alert(1)</script></html>"), ("JSON", b"{}"), ("PDF", b"%PDF-1.7\n"), ("a zip by another name", _zip({"a.bpmn": whole})),
        ("a style sheet", b'<?xml-stylesheet href="' + canary.as_uri().encode() + b'"?>' + BODY.encode()),
        ("a base", whole.replace(b"<process", b'<process xml:base="file:///etc/"', 1)),
        ("a script of the system", whole.replace(b"<userTask", b"<scriptTask", 1).replace(b"/userTask", b"/scriptTask")),
    )  # fmt: skip


def _zip(files: dict[str, bytes], how: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", how) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def _archives() -> Iterator[tuple[str, bytes]]:
    whole = GOOD.encode()
    for how in (zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        yield f"200 MB of nothing, method {how}", _zip({"a.bpmn": b"\0" * 200_000_000}, how)
        yield f"a good one, method {how}", _zip({"a.bpmn": whole}, how)
        yield f"broken within, method {how}", _broken(_zip({"a.bpmn": whole * 20}, how))
    yield (
        "a dictionary of 4 GB",
        _zip({"a.bpmn": whole}, zipfile.ZIP_LZMA).replace(b"\x5d\x00\x00\x80\x00", b"\x5d\xff\xff\xff\xff"),
    )
    yield "a zip within", _zip({"b.zip": _zip({"a.bpmn": whole})})
    yield "many files", _zip({f"{n}.json": b"{}" for n in range(5_000)})
    yield "twenty times a little", _zip({f"{n}.json": b"[" * 1_500_000 for n in range(20)})
    for name in (
        "../a.bpmn", "..\\a.bpmn", "/a.bpmn", "C:a.bpmn", "a/../../a.bpmn", "./a.bpmn", "a//b.bpmn", "~/a.bpmn", ".", "..",
        "a\0.bpmn", "\u2215a.bpmn", "a.bpmn/", "con.bpmn", "a" * 60_000 + ".bpmn", "%2e%2e/a.bpmn", "\udce4.bpmn".encode("utf-8", "surrogateescape").decode("latin-1"),
    ):  # fmt: skip
        yield f"named {name[:20]!r}", _zip({name: whole})
    link = zipfile.ZipInfo("a.bpmn")
    link.external_attr = 0o120777 << 16
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(link, "/etc/passwd")
    yield "a link", buffer.getvalue()
    yield from _forged(_zip({"a.bpmn": whole}), len(whole))


def _broken(archive: bytes) -> bytes:
    middle = len(archive) // 2
    return archive[: middle - 20] + bytes(255 - sign for sign in archive[middle - 20 : middle]) + archive[middle:]


def _forged(archive: bytes, size: int) -> Iterator[tuple[str, bytes]]:
    """What an archive says of itself, and is not."""
    at = archive.rindex(b"PK\x01\x02")
    for name, offset, value in (
        ("encrypted", 8, struct.pack("<H", 1)), ("of an unknown method", 10, struct.pack("<H", 97)), ("another sum", 16, b"\1\2\3\4"),
        ("smaller than it is", 24, struct.pack("<I", 10)), ("larger than it is", 24, struct.pack("<I", 0xFFFFFFF0)),
        ("longer than the file", 20, struct.pack("<I", 0x7FFFFFFF)), ("elsewhere", 42, struct.pack("<I", 0x7FFFFFFF)),
        ("a long name", 28, struct.pack("<H", 0xFFFF)), ("a long extra", 30, struct.pack("<H", 0xFFFF)),
        ("of zip64", 24, b"\xff\xff\xff\xff"), ("of another version", 6, struct.pack("<H", 99)),
    ):  # fmt: skip
        yield f"said to be {name}", archive[: at + offset] + value + archive[at + offset + len(value) :]
    end = archive.rindex(b"PK\x05\x06")
    yield "65,535 entries said", archive[: end + 8] + b"\xff\xff\xff\xff" + archive[end + 12 :]
    yield "a directory elsewhere", archive[: end + 16] + b"\xf0\xff\xff\x7f" + archive[end + 20 :]
    yield "no end", archive[:end]
    yield "only an end", archive[end:]
    yield "something before", b"MZ" * 5_000 + archive
    yield "something behind", archive + b"x" * 70_000
    entry = archive[at:end]
    count = 90
    many = (
        archive[:at]
        + entry * count
        + archive[end : end + 8]
        + struct.pack("<HHII", count, count, len(entry) * count, at)
        + b"\0\0"
    )
    yield "one body, many names", many


def _others() -> Iterator[tuple[str, bytes]]:
    """Forms and procedure.toml are written by others too."""
    yield "deep f.json", b"[" * 200_000
    yield "deep object f.json", b'{"a":' * 100_000
    yield "a large number f.json", b'{"type": ' + b"9" * 1_000_000 + b"}"
    yield "a pattern f.json", b'{"type":"object","properties":{"a":{"type":"string","pattern":"(a+)+$"}}}'
    yield "a reference f.json", b'{"$ref":"http://127.0.0.1:1/x"}'
    yield "itself f.json", b'{"$ref":"#"}'
    yield "no UTF-8 f.json", b'{"a":"\xff"}'
    yield "deep procedure.toml", b"a = " + b"[" * 50_000
    yield "many dots procedure.toml", b".".join(b"a%d" % n for n in range(20_000)) + b" = 1"
    yield "a large number procedure.toml", b"a = " + b"9" * 100_000
    yield "zeros procedure.toml", b"\0" * 1000


def accidents(count: int, seed: int) -> Iterator[Resource]:
    """Good uploads with bytes changed, lost, doubled or taken from another."""
    chance = Random(seed)
    seeds = [Resource("a.bpmn", path.read_bytes()) for path in sorted((ROOT / "bpmn").glob("*/*.bpmn"))]
    seeds += [Resource(path.name, path.read_bytes()) for path in sorted((ROOT / "bpmn").glob("*/forms/t*.json"))]
    seeds += [
        Resource("procedure.toml", path.read_bytes()) for path in sorted((ROOT / "bpmn").glob("*/procedure.toml"))
    ]
    seeds += [Resource("a.bpmn", GOOD.encode())] * 10
    for how in (zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        seeds += [Resource("a.zip", _zip({file.name: file.content for file in seeds[:1]} | {"f.json": b"{}"}, how))] * 3
    for _ in range(count):
        one = chance.choice(seeds)
        yield Resource(one.name, _harmed(one.content, chance.choice(seeds).content, chance))


def _harmed(content: bytes, other: bytes, chance: Random) -> bytes:
    whole = bytearray(content)
    for _ in range(chance.randint(1, 5)):
        at, length = chance.randrange(len(whole) + 1), chance.choice((1, 1, 2, 8, 64, 512))
        match chance.randrange(5):
            case 0:
                whole[at : at + length] = chance.randbytes(min(length, 8))
            case 1:
                del whole[at : at + length]
            case 2:
                whole[at:at] = whole[at : at + length] * chance.choice((1, 2, 50))
            case 3:
                place = chance.randrange(len(other) + 1)
                whole[at:at] = other[place : place + length]
            case 4 if whole:
                whole[min(at, len(whole) - 1)] ^= 1 << chance.randrange(8)
    return bytes(whole)
