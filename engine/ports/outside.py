"""What stands outside: other processes, issuers of tokens, the archive, papers and their signatures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from engine.domain.archive import ArchiveFile
from engine.domain.paper import Form, Sheet, Signed


class IssuerKeys(Protocol):
    """Where the issuer of tokens says which keys it signs with."""

    def fetch(self) -> Sequence[Mapping[str, Any]]:
        """The public keys (JWK, RFC 7517) that it has now.

        Raises:
            IssuerUnavailable: it does not answer, or says nothing that can be used.
        """
        ...


class Archive(Protocol):
    """Where ended instances are kept in files."""

    def held(self) -> AbstractContextManager[None]:
        """Keep other processes out.

        Raises:
            ArchiveInUse: one is in.
        """
        ...

    def pending(self) -> Sequence[str]:
        """Names of files that were begun and not settled."""
        ...

    def write(self, file: ArchiveFile) -> None:
        """Write a file durably; what is there is not written over."""
        ...

    def read_back(self, name: str) -> bytes | None:
        """The manifest of a file that reads back as it was written; None where it was never finished.

        Raises:
            ArchiveDamaged: it reads as something else.
        """
        ...

    def settle(self, name: str) -> None:
        """Nothing of the file is in the database any more."""
        ...

    def discard(self, name: str) -> None:
        """Take away what was never finished."""
        ...


class Bell(Protocol):
    """Wakes whoever runs jobs in other processes. That it rings is never relied on: what is not run is due again."""

    def ring(self, job_ids: Sequence[str]) -> None:
        """Tell that these jobs are to be run.

        Raises:
            BrokerUnavailable: nobody can be told now.
        """
        ...


class BrokerUnavailable(Exception):
    """The broker is away; whoever reads this runs the jobs himself."""


class Typesetter(Protocol):
    """Sets papers. It has no clock: the same sheet gives the same bytes."""

    @property
    def forms(self) -> Mapping[str, Form]:
        """The forms that it can set, by name."""
        ...

    def typeset(self, sheet: Sheet) -> bytes:
        """The paper as PDF/A.

        Raises:
            PaperRefused: there is no such form, or what is to stand on it does not fit.
        """
        ...


class Signer(Protocol):
    """Signs papers for the office, and tells a signature from what is none."""

    def sign(self, content: bytes) -> bytes:
        """The paper with a signature behind it.

        Raises:
            SigningFailed: it was not signed.
        """
        ...

    def checked(self, content: bytes, signed: bytes) -> Signed | None:
        """What was signed, and by whom; None where it is not exactly ``content`` under one valid signature over all of it."""
        ...
