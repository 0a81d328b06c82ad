"""A connection that ends by itself: after so many seconds in all, and after so many bytes."""

from __future__ import annotations

import socket
from time import monotonic

from httpcore import NetworkStream, WriteError


class TooLate(Exception):
    """The time for the whole call is over."""


class TooMuch(Exception):
    """More bytes came than are taken."""


class Deadline:
    """A point in time by which everything is to be done."""

    def __init__(self, seconds: float) -> None:
        self._end = monotonic() + seconds

    def left(self) -> float:
        """Seconds that are left.

        Raises:
            TooLate: none.
        """
        if (left := self._end - monotonic()) <= 0:
            raise TooLate
        return left


class CappedStream(NetworkStream):
    """A connected socket, read and written under one deadline. A server that sends byte by byte gains nothing by it.

    ``sent`` tells whether anything may have reached the other side.
    """

    def __init__(self, connected: socket.socket, deadline: Deadline, most: int) -> None:
        self._socket, self._deadline, self._most = connected, deadline, most
        self.sent = False

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        try:
            self._socket.settimeout(self._deadline.left())
            received = self._socket.recv(max_bytes)
        except TimeoutError:
            raise TooLate from None
        self._most -= len(received)
        if self._most < 0:
            raise TooMuch
        return received

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.sent = self.sent or bool(buffer)
        try:
            self._socket.settimeout(self._deadline.left())
            self._socket.sendall(buffer)
        except TimeoutError:
            raise TooLate from None
        except OSError:
            raise WriteError from None  # the answer is read all the same: some say no before they have read all

    def close(self) -> None:
        self._socket.close()
