"""Signs with a certificate and key that this machine has."""

from __future__ import annotations

import io
from functools import cached_property

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_der_private_key
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers

from adapters.signature.check import Check
from engine.domain.errors import SigningFailed
from engine.domain.paper import Signed

FIELD = "ChuKySo"
_SIGNED = 2 * 2048
"""Hexadecimal digits that a signature takes beside its certificates. To find out exactly is to sign twice."""


class _Key(signers.SimpleSigner):
    """A key that is opened once: opening an RSA key checks its primes, which takes longer than to set and sign a paper."""

    def sign_raw(self, data: bytes, digest_algorithm: str) -> bytes:
        """The bare signature."""
        mechanism = self.get_signature_mechanism_for_digest(digest_algorithm)
        if not isinstance(self._opened, RSAPrivateKey) or mechanism.signature_algo != "rsassa_pkcs1v15":
            return bytes(super().sign_raw(data, digest_algorithm))
        return self._opened.sign(data, PKCS1v15(), getattr(hashes, digest_algorithm.upper())())

    @cached_property
    def _opened(self) -> object:
        return load_der_private_key(self.signing_key.dump(), password=None)


class CertificateSigner:
    """The port ``Signer`` over a PKCS#12 file."""

    def __init__(self, content: bytes, passphrase: str, authorities: bytes) -> None:
        try:
            read = signers.SimpleSigner.load_pkcs12_data(content, (), passphrase.encode())
        except ValueError:
            raise SigningFailed("không mở được tệp PKCS#12 / the PKCS#12 file cannot be opened") from None
        # Whoever trusts the authority has its certificate; nothing would vouch for this copy of it.
        self._key = _Key(read.signing_cert, read.signing_key, read.cert_registry, embed_roots=False)
        self._room = _SIGNED + 2 * sum(len(one.dump()) for one in self._key.cert_registry)
        self._check = Check(authorities)

    def sign(self, content: bytes) -> bytes:
        """Put the signature behind the paper (PAdES B-B)."""
        meta = signers.PdfSignatureMetadata(
            field_name=FIELD, subfilter=fields.SigSeedSubFilter.PADES, md_algorithm="sha256"
        )
        writer = IncrementalPdfFileWriter(io.BytesIO(content))
        written = signers.PdfSigner(meta, self._key).sign_pdf(writer, bytes_reserved=self._room)
        return bytes(written.getvalue())

    def checked(self, content: bytes, signed: bytes) -> Signed | None:
        """What was signed, and by whom."""
        return self._check(content, signed)
