"""What an operator registers, and what values of a process can make of it: never another address, header or message."""

# ruff: noqa: RUF001 - letters that look alike are what it is about

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from engine.domain.call import Done, Failed, Threw
from engine.domain.errors import ConnectorsRefused
from engine.domain.exchange import Request, Response
from engine.domain.waiting import SERVICE, Job
from engine.runtime.connectors import Connectors, Operation
from engine.runtime.failure import StepFailed
from engine.runtime.registration import registered

GOOD = """
[tax]
url = "https://tax.example/api/v1"
[tax.headers]
Authorization = { secret = "KEY" }
[tax.operations.send]
path = "/a/${x}/b"
query = { q = "${x}" }
headers = { X-Given = "${x}" }
body = { deep = ["${x}"] }
result = { so = "${response.body.so}" }
"""
WITHOUT_HEADER = GOOD.replace('headers = { X-Given = "${x}" }\n', "")


def read(text: str, **secrets: str) -> Connectors:
    """What a file registers."""
    return registered(text.encode(), {"KEY": "k3y-of-the-tests", **secrets}.get)


def request(text: str, x: Any) -> Request:
    """What is sent when the process gives ``x``."""
    job = Job(
        "id",
        "instance",
        SERVICE,
        "",
        {"values": {"x": x}},
        "connector:tax.send",
        asked_at="2026-03-02T01:00:00.000000Z",
    )
    operation = read(text).of(job)
    assert isinstance(operation, Operation)
    return operation.request(job)


HOSTILE = [
    "x", "a b", "đất", "a/b", "a?b=c", "a#b", "a&b=c", "a;b", "a:b@c", "@evil.example",
    "https:evil.example", "%2e%2e", "%2f", "%00", "..%2f", "a%0d%0ab", "\t", "\x7f", "é\u0301",
    "\u202e", "\ud7ff", "${y}", "{{7*7}}", "#{y}", "$(id)", "'; drop", '"', "<x>", "*", "~", "?", "#", "&", "=", "+", " ", ".x",
    "..x", "x..", "...", "x/...", "@", ":", "[::1]", "127.0.0.1", "localhost", "\u2024\u2024", "\uff0e\uff0e", "a\r\nHost: b",
    "a\nX: b", "a\rb", "\r\n\r\nGET / HTTP/1.1", "\x85", "\u2028", "，", "１２７", "℀", "evil.example:80", "user:pw@evil.example",
]  # fmt: skip
"""Texts that mean something where URLs, headers and templates are taken apart."""
UPWARDS = [
    "//evil.example",
    "\\\\evil.example",
    "http://evil.example",
    "..",
    ".",
    "",
    "../x",
    "x/..",
    "x/../y",
    "..\\x",
    "x\\..\\y",
    "/",
    "//",
    "/x",
    "x/",
    "./x",
    "\\",
    "x//y",
]


@pytest.mark.parametrize("x", HOSTILE, ids=range(len(HOSTILE)))
def test_a_value_stays_in_its_place(x):
    """One segment of the path, one value of the query, one text of the body; the address is the operator's."""
    made = request(WITHOUT_HEADER, x)
    parts = urlsplit(made.url)
    assert (parts.scheme, parts.netloc, parts.fragment) == ("https", "tax.example", "")
    assert [unquote(step) for step in parts.path.split("/")] == ["", "api", "v1", "a", x, "b"]
    assert parts.query.count("=") == 1 and unquote(parts.query.removeprefix("q=")) == x
    assert made.url.isascii() and made.url.isprintable() and " " not in made.url
    assert made.body is not None and json.loads(made.body) == {"deep": [x]}


@pytest.mark.parametrize("x", UPWARDS)
def test_no_value_leads_upwards(x):
    """Also not on a server that takes an escaped slash for a slash."""
    with pytest.raises(StepFailed):
        request(WITHOUT_HEADER, x)


@pytest.mark.parametrize("x", [None, [], ["a"], {}, {"a": 1}])
def test_what_is_no_text_is_no_segment(x):
    """A list in a path would be whatever Python writes for it."""
    with pytest.raises(StepFailed):
        request(GOOD, x)


def test_what_json_cannot_hold_is_not_sent():
    """A number beyond 2^53 would arrive as another."""
    with pytest.raises(StepFailed):
        request(GOOD.replace('["${x}"]', '["${x * x}"]'), 2**40)


@pytest.mark.parametrize(("x", "as_text"), [(7, "7"), (True, "true"), (2.5, "2.5")])
def test_numbers_and_flags_are_written_as_in_json(x, as_text):
    """And stay what they are in a body."""
    made = request(GOOD, x)
    assert made.url == f"https://tax.example/api/v1/a/{as_text}/b?q={as_text}"
    assert made.headers["X-Given"] == as_text


WRONG = {
    "no TOML": "[tax",
    "no url": GOOD.replace('url = "https://tax.example/api/v1"\n', ""),
    "user in the url": GOOD.replace("https://", "https://a:b@"),
    "query in the url": GOOD.replace("/v1", "/v1?x=1"),
    "template in the url": GOOD.replace("tax.example", "${x}"),
    "http without plain": GOOD.replace("https://", "http://"),
    "another scheme": GOOD.replace("https://", "ftp://"),
    "slash at the end": GOOD.replace("/v1", "/v1/"),
    "misspelt entry": GOOD.replace("[tax.headers]", "timeout = 3\n[tax.headers]"),
    "no network": GOOD.replace("[tax.headers]", 'networks = ["10.0.0.1/8"]\n[tax.headers]'),
    "network is a text": GOOD.replace("[tax.headers]", 'networks = "10.0.0.0/8"\n[tax.headers]'),
    "too long": GOOD.replace("[tax.headers]", "seconds = 3600\n[tax.headers]"),
    "flag is a text": GOOD.replace("[tax.headers]", 'idempotent = "yes"\n[tax.headers]'),
    "unknown secret": GOOD.replace('"KEY"', '"OTHER"'),
    "no operation": GOOD.partition("[tax.operations")[0],
    "path without slash": GOOD.replace('"/a/', '"a/'),
    "path upwards": GOOD.replace('"/a/', '"/../a/'),
    "path with a query": GOOD.replace('/b"', '/b?c=1"'),
    "half a template": GOOD.replace('"${x}" }', '"a${x}" }', 1),
    "two templates": GOOD.replace('"${x}" }', '"${x}${x}" }', 1),
    "no expression": GOOD.replace('"${x}" }', '"${import os}" }', 1),
    "result of something else": GOOD.replace("${response.body.so}", "${x}"),
    "method": GOOD.replace('path = "/a', 'method = "TRACE"\npath = "/a'),
    "GET with a body": GOOD.replace('path = "/a', 'method = "GET"\npath = "/a'),
    "status": GOOD.replace('path = "/a', 'expects = [99]\npath = "/a'),
    "error without a reason": GOOD + 'errors = [{ code = "E" }]',
    "name": GOOD.replace("tax", '"a.b"'),
    "a date in a body": GOOD.replace('["${x}"]', "2026-01-01"),
}


@pytest.mark.parametrize("text", WRONG.values(), ids=WRONG)
def test_what_is_wrong_in_the_file_is_found_at_the_start(text):
    """Not in the middle of a dossier; and it says where, in both languages."""
    with pytest.raises(ConnectorsRefused) as refused:
        read(text)
    assert refused.value.faults
    assert all(fault.vi and fault.en for fault in refused.value.faults)
    assert "k3y-of-the-tests" not in str(refused.value)


def test_all_faults_are_told_at_once():
    """An operator mends a file once."""
    with pytest.raises(ConnectorsRefused) as refused:
        read(WRONG["unknown secret"].replace("https://", "ftp://").replace('"/a/', '"a/'))
    assert len(refused.value.faults) == 3


@pytest.mark.parametrize("secret", ["", "a\nb", "đ", "a\x00b"])
def test_a_secret_is_one_line_of_ascii(secret):
    """What cannot stand in a header is said at the start."""
    with pytest.raises(ConnectorsRefused):
        read(GOOD, KEY=secret)


def test_a_secret_shows_itself_nowhere():
    """Whoever prints a connector or a request prints no secret."""
    connectors = read(GOOD)
    assert "k3y" not in repr(connectors) + repr(request(GOOD, "x"))


ERRORS = """errors = [
  { status = [404], code = "NOT_THERE" },
  { when = "${response.body.code == 'DOUBLE'}", code = "DOUBLE" },
  { status = [409], when = "${response.body.code == 'OTHER'}", code = "OTHER" },
]"""


@pytest.mark.parametrize(
    ("status", "body", "result"),
    [
        (200, b'{"so": 1}', Done({"so": 1})),
        (404, b"{}", Threw("NOT_THERE")),
        (404, b"<html>", Threw("NOT_THERE")),
        (200, b'{"code": "DOUBLE"}', Threw("DOUBLE")),
        (409, b'{"code": "OTHER"}', Threw("OTHER")),
        (409, b'{"code": "ELSE"}', Failed("HTTP 409")),
        (409, b"[]", Failed("HTTP 409")),
        (409, b"", Failed("HTTP 409")),
    ],
)
def test_answers_mean_what_is_registered(status, body, result):
    """The first error that fits; a condition that cannot be computed does not hold."""
    operation = read(GOOD + ERRORS).operations["tax.send"]
    assert isinstance(operation, Operation)
    assert operation.result_of(Response(status, {"content-type": "application/json; charset=utf-8"}, body)) == result


def test_what_an_operation_reads_is_known():
    """So that a diagram that gives less is warned of."""
    assert read(GOOD).operations["tax.send"].reads == {"x"}
