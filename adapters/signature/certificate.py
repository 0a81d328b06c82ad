"""Signs with a certificate and key that this machine has."""

from __future__ import annotations

import io
from functools import cached_property
from typing import Any

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_private_key
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers

from adapters.signature.check import Check
from engine.domain.errors import SigningFailed
from engine.domain.paper import Signed

FIELD, DIGEST = "ChuKySo", "sha256"


class _HeldKey(signers.SimpleSigner):
    """Opens its key once: to check an RSA key anew for every signature takes longer than all the rest of a paper."""

    @cached_property
    def _opened(self) -> Any:
        return load_der_private_key(self.signing_key.dump(), password=None)

    def sign_raw(self, data: bytes, digest_algorithm: str) -> bytes:
        """The signature over bytes."""
        mechanism = self.get_signature_mechanism_for_digest(digest_algorithm)
        usual = digest_algorithm == DIGEST and mechanism.signature_algo == "rsassa_pkcs1v15"
        if usual and isinstance(self._opened, RSAPrivateKey):
            return self._opened.sign(data, PKCS1v15(), SHA256())
        return super().sign_raw(data, digest_algorithm)


class CertificateSigner:
    """The port ``Signer`` over a PKCS#12 file."""

    def __init__(self, content: bytes, passphrase: str, authorities: bytes) -> None:
        try:
            read = signers.SimpleSigner.load_pkcs12_data(content, (), passphrase.encode())
        except ValueError:
            raise SigningFailed("không mở được tệp PKCS#12 / the PKCS#12 file cannot be opened") from None
        # Whoever trusts the authority has its certificate; nothing would vouch for a copy in the paper.
        self._key = _HeldKey(read.signing_cert, read.signing_key, read.cert_registry, embed_roots=False)
        self._check = Check(authorities)

    def sign(self, content: bytes) -> bytes:
        """Put the signature behind the paper (PAdES B-B)."""
        meta = signers.PdfSignatureMetadata(
            field_name=FIELD, subfilter=fields.SigSeedSubFilter.PADES, md_algorithm=DIGEST
        )
        written = signers.PdfSigner(meta, self._key).sign_pdf(IncrementalPdfFileWriter(io.BytesIO(content)))
        return bytes(written.getvalue())

    def checked(self, content: bytes, signed: bytes) -> Signed | None:
        """What was signed, and by whom."""
        return self._check(content, signed)
