"""The client through which everything goes out: to checked addresses only, without redirects or proxies, with caps on time and bytes."""

from __future__ import annotations

import re
import socket
import ssl
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TypeAlias

import httpcore

from adapters.http.address import may_be_reached
from adapters.http.stream import CappedStream, Deadline, TooLate, TooMuch
from adapters.http.target import NotATarget, Target, target
from engine.domain.exchange import Bounds, Outcome, Refused, Request, Response, Unknown, Unreached

Resolve: TypeAlias = Callable[[str, int], Sequence[str]]
"""Host and port to addresses; raises ``OSError`` where there are none."""

HEAD = 200_000
"""Bytes that an answer may have beside its body: status, headers, chunks' sizes."""
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"})
_OWN = frozenset(
    {
        "host", "connection", "content-length", "transfer-encoding", "te", "trailer", "upgrade", "keep-alive",
        "proxy-authorization", "proxy-connection", "expect", "accept-encoding",
    }
)  # fmt: skip
"""Headers that decide where a message ends or whom it is for: the client's own."""


class NotAllowed(Exception):
    """The request must not be sent."""


class NotThere(Exception):
    """Nothing was sent: the other system cannot be reached."""


def resolved(host: str, port: int) -> Sequence[str]:
    """The addresses of a host, as the machine's resolver gives them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


class HttpClient:
    """The port ``Http``.

    A name is resolved once, and the connection goes to the address that was checked: a name that means another
    address a moment later (DNS rebinding) changes nothing. Nothing is read from the environment.
    """

    def __init__(self, resolve: Resolve = resolved) -> None:
        self._resolve = resolve

    def send(self, request: Request) -> Outcome:
        """Send a request, and say what became of it. It never raises for what the other side does."""
        deadline, stream = Deadline(request.bounds.seconds), None
        try:
            where = _checked(request)
            stream = self._connected(where, request.bounds, deadline)
            return _exchanged(stream, where, request)
        except NotAllowed as refused:
            return Refused(str(refused))
        except httpcore.LocalProtocolError:
            return Refused("requestRefused")
        except NotThere as absent:
            return Unreached(str(absent))
        except (TooLate, TooMuch, OSError, httpcore.ProtocolError, zlib.error) as broken:
            said = _said(broken)
            return Unknown(said) if stream is not None and stream.sent else Unreached(said)
        finally:
            if stream is not None:
                stream.close()

    def _connected(self, where: Target, bounds: Bounds, deadline: Deadline) -> CappedStream:
        plain = _connect(self._addresses(where, bounds, deadline), where.port, deadline)
        try:
            connected = plain if where.scheme == "http" else _secured(plain, where.host, bounds, deadline)
        except BaseException:
            plain.close()
            raise
        return CappedStream(connected, deadline, bounds.size + HEAD)

    def _addresses(self, where: Target, bounds: Bounds, deadline: Deadline) -> Sequence[str]:
        """Addresses that may be reached. One that may not spoils them all: such a name is not to be trusted."""
        found = [where.literal] if where.literal else self._looked_up(where, deadline)
        if not all(may_be_reached(address, bounds.networks) for address in found):
            raise NotAllowed("addressClosed")
        return found

    def _looked_up(self, where: Target, deadline: Deadline) -> Sequence[str]:
        """The resolver knows no deadline: it is asked in a thread of its own, which is left behind when it is too slow."""
        answers: SimpleQueue[Sequence[str] | OSError | UnicodeError] = SimpleQueue()

        def ask() -> None:
            try:
                answers.put(self._resolve(where.host, where.port))
            except (OSError, UnicodeError) as error:
                answers.put(error)

        Thread(target=ask, name="resolver", daemon=True).start()
        try:
            found = answers.get(timeout=deadline.left())
        except Empty:
            raise NotThere("nameUnknown") from None
        if isinstance(found, Exception) or not found:
            raise NotThere("nameUnknown")
        return found


def _checked(request: Request) -> Target:
    try:
        where = target(request.url)
    except NotATarget:
        raise NotAllowed("notAUrl") from None
    if where.scheme == "http" and not request.bounds.plain:
        raise NotAllowed("notSecure")
    if request.method not in _METHODS:
        raise NotAllowed("methodRefused")
    for name, value in request.headers.items():
        _check_header(name, value)
    return where


def _check_header(name: str, value: str) -> None:
    if _TOKEN.fullmatch(name) is None or name.lower() in _OWN:
        raise NotAllowed("headerRefused")
    if not value.isascii() or not value.isprintable() or value != value.strip():
        raise NotAllowed("headerRefused")


def _connect(addresses: Iterable[str], port: int, deadline: Deadline) -> socket.socket:
    for address in addresses:
        try:
            return socket.create_connection((address, port), timeout=deadline.left())
        except OSError:
            continue
    raise NotThere("noConnection")


def _secured(plain: socket.socket, host: str, bounds: Bounds, deadline: Deadline) -> ssl.SSLSocket:
    """TLS with the host's name, whatever the address was."""
    try:
        plain.settimeout(deadline.left())
        return _context(bounds.authority).wrap_socket(plain, server_hostname=host)
    except ssl.SSLCertVerificationError:
        raise NotThere("certificateRefused") from None
    except (OSError, ValueError):
        raise NotThere("noSecureConnection") from None


@lru_cache(maxsize=32)
def _context(authority: str | None) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=authority)
    context.set_alpn_protocols(["http/1.1"])
    return context


def _exchanged(stream: CappedStream, where: Target, request: Request) -> Response:
    scheme, host = where.scheme.encode(), where.host.encode()
    connection = httpcore.HTTP11Connection(httpcore.Origin(scheme, host, where.port), stream)
    url = httpcore.URL(scheme=scheme, host=host, port=where.port, target=where.path.encode())
    with connection.stream(request.method, url, headers=_headers(where, request), content=request.body) as answer:
        headers = _received(answer.headers)
        assert isinstance(answer.stream, Iterable)
        body = b"".join(_unpacked(answer.stream, headers.get("content-encoding", "identity"), request.bounds.size))
    return Response(answer.status, headers, body)


def _headers(where: Target, request: Request) -> list[tuple[str, str]]:
    own = [("Host", where.authority), ("Accept-Encoding", "identity"), ("Connection", "close")]
    if request.body is not None:
        own.append(("Content-Length", str(len(request.body))))
    return own + list(request.headers.items())


def _received(headers: Iterable[tuple[bytes, bytes]]) -> Mapping[str, str]:
    """What came twice is joined by a comma, as RFC 9110 has it."""
    found: dict[str, str] = {}
    for name, value in headers:
        key, text = name.decode("ascii").lower(), value.decode("latin-1")
        found[key] = f"{found[key]}, {text}" if key in found else text
    return found


def _unpacked(chunks: Iterable[bytes], encoding: str, most: int) -> Iterable[bytes]:
    """The body as it was meant, never more than so many bytes of it, however small it was packed."""
    unpack = _UNPACKERS.get(encoding.strip().lower())
    if unpack is None:
        raise httpcore.RemoteProtocolError("the answer is packed in a way that was not asked for")
    for chunk in unpack(chunks, most):
        most -= len(chunk)
        if most < 0:
            raise TooMuch
        yield chunk


def _as_it_is(chunks: Iterable[bytes], most: int) -> Iterable[bytes]:
    return chunks


def _inflated(chunks: Iterable[bytes], most: int) -> Iterable[bytes]:
    inflate = zlib.decompressobj(zlib.MAX_WBITS | 32)
    for chunk in chunks:
        yield inflate.decompress(chunk, most + 1)
        if inflate.unconsumed_tail:
            raise TooMuch
    if not inflate.eof:
        raise httpcore.RemoteProtocolError("the answer is cut off")


_UNPACKERS: Mapping[str, Callable[[Iterable[bytes], int], Iterable[bytes]]] = {
    "identity": _as_it_is,
    "gzip": _inflated,
    "deflate": _inflated,
}


def _said(broken: Exception) -> str:
    """Why, as one of the words of ``REASONS``."""
    if isinstance(broken, TooLate):
        return "noAnswerInTime"
    if isinstance(broken, TooMuch):
        return "answerTooLarge"
    if isinstance(broken, httpcore.ProtocolError | zlib.error):
        return "answerBroken"
    return "connectionBroke"
