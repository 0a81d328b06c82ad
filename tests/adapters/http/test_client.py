"""The client: what becomes of a call, told apart as those need it who decide whether it may be made again."""

from __future__ import annotations

import gzip
import socket
import time

import pytest

from adapters.http.client import HttpClient
from engine.domain.exchange import Bounds, Outcome, Refused, Request, Response, Unknown, Unreached
from tests.other_system import Answer, OtherSystem, answer, cuts_off, other_system, says

LOOPBACK = Bounds(networks=("127.0.0.0/8",), plain=True, seconds=2, size=10_000)


def call(system: OtherSystem, path: str = "/", *, bounds: Bounds = LOOPBACK, **said: object) -> Outcome:
    """What becomes of one request to the system."""
    fields = {"method": "GET", **said}
    return HttpClient().send(Request(url=system.url + path, bounds=bounds, **fields))  # type: ignore[arg-type]


def test_a_request_arrives_as_it_was_written_and_its_answer_comes_back():
    """The plain case: nothing is added to the path, nothing lost from the answer."""
    with other_system(answer(201, {"so": 7}, "X-Twice: a", "X-Twice: b")) as system:
        outcome = call(system, "/a%20b?c=d", method="POST", headers={"X-Mine": "1"}, body=b'{"ten":"An"}')
    assert isinstance(outcome, Response)
    assert (outcome.status, outcome.body, outcome.headers["x-twice"]) == (201, b'{"so": 7}', "a, b")
    [request] = system.received
    assert (request.line, request.headers["x-mine"], request.body) == ("POST /a%20b?c=d HTTP/1.1", "1", b'{"ten":"An"}')
    assert request.headers["host"] == f"127.0.0.1:{system.port}"


@pytest.mark.parametrize("status", [204, 301, 302, 307, 308, 404, 500])
def test_whatever_status_is_an_answer_and_no_redirect_is_followed(status):
    """A redirect could lead anywhere, past every check of the address that was registered."""
    with other_system() as canary, other_system(answer(status, b"", f"Location: {canary.url}/")) as system:
        outcome = call(system)
    assert isinstance(outcome, Response) and outcome.status == status
    assert canary.connects == 0


def drips(connection: socket.socket, request: object) -> None:
    """Never silent for long, never done."""
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    for number in range(100):
        connection.sendall(b"X-%d: 1\r\n" % number)
        time.sleep(0.1)


def silent(connection: socket.socket, request: object) -> None:
    """Reads the request and says nothing for longer than anybody waits."""
    time.sleep(3)


def floods(connection: socket.socket, request: object) -> None:
    """An answer without an end."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        connection.sendall(b"1000\r\n" + b"x" * 4096 + b"\r\n")


BOMB = gzip.compress(b"0" * 10_000_000)
AFTER_SENDING = {
    "cut off": cuts_off,
    "silence": silent,
    "byte by byte": drips,
    "flood": floods,
    "flood of headers": says(b"HTTP/1.1 200 OK\r\n" + b"X-A: " + b"x" * 500_000),
    "too large, as it says itself": answer(200, b"x" * 10_001),
    "bomb": answer(200, BOMB, "Content-Encoding: gzip"),
    "packed in another way": answer(200, b"x", "Content-Encoding: br"),
    "not packed": answer(200, b"x", "Content-Encoding: gzip"),
    "half of it": says(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"),
    "no HTTP": says(b"SSH-2.0-OpenSSH_9.2\r\n\r\n"),
    "two lengths": says(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"),
    "nothing but preliminaries": says(b"HTTP/1.1 100 Continue\r\n\r\n" * 20),
}


@pytest.mark.parametrize("then", AFTER_SENDING.values(), ids=AFTER_SENDING)
def test_whether_the_other_side_has_done_it_is_not_known_once_it_had_the_request(then: Answer):
    """Had it been called a failure, a payment would be made twice."""
    began = time.monotonic()
    with other_system(then) as system:
        outcome = call(system, method="POST", body=b"{}")
    assert isinstance(outcome, Unknown), outcome
    assert len(system.received) == 1
    assert time.monotonic() - began < 10  # it did end by itself


def test_what_is_small_enough_unpacked_is_taken():
    """The cap is on what is unpacked, to the byte."""
    with other_system(answer(200, gzip.compress(b"0" * 10_000), "Content-Encoding: gzip")) as system:
        outcome = call(system)
    assert isinstance(outcome, Response) and outcome.body == b"0" * 10_000


def test_a_system_that_is_not_there_has_surely_done_nothing():
    """It may be called again without a thought."""
    with other_system() as gone:
        pass
    assert isinstance(call(gone), Unreached)


def no_such_name(host: str, port: int) -> list[str]:
    """A resolver that knows no such host."""
    raise socket.gaierror(-2, "no such name")


def slow(host: str, port: int) -> list[str]:
    """A resolver that answers when nobody waits any more."""
    time.sleep(3)
    return ["127.0.0.1"]


@pytest.mark.parametrize("resolve", [no_such_name, slow, lambda host, port: []])
def test_a_name_without_address_has_surely_done_nothing(resolve):
    """Also when the resolver is slow: its time counts."""
    bounds = Bounds(plain=True, seconds=0.2)
    assert isinstance(HttpClient(resolve).send(Request("GET", "http://a.example/", bounds=bounds)), Unreached)


def test_a_server_without_a_valid_certificate_is_told_nothing():
    """TLS that is not checked would let anybody on the way read the request and its keys."""
    with other_system() as system:
        url = f"https://127.0.0.1:{system.port}/"
        assert isinstance(HttpClient().send(Request("GET", url, bounds=LOOPBACK)), Unreached)
    assert system.received == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-A", "1\r\nX-B: 2"), ("X-A", "1\nX-B: 2"), ("X-A", "a\x00b"), ("X-A", "đ"), ("X-A", " a"), ("X A", "1"),
        ("X-A\r\nX-B", "1"), ("", "1"), ("Host", "a.example"), ("Content-Length", "3"), ("transfer-encoding", "chunked"),
        ("Connection", "upgrade"), ("Proxy-Authorization", "x"),
    ],
)  # fmt: skip
def test_no_header_can_become_two_or_change_where_the_message_ends(name, value):
    """A value of a process in a header must stay a value."""
    with other_system() as system:
        assert isinstance(call(system, headers={name: value}), Refused)
    assert system.connects == 0


def test_proxies_named_in_the_environment_are_not_asked(monkeypatch):
    """A proxy would connect where the client was not allowed to."""
    with other_system() as proxy, other_system() as system:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        assert isinstance(call(system), Response)
    assert (proxy.connects, system.connects) == (0, 1)
