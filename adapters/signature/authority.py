"""A certificate authority of our own making, for tests and for trying things out: nobody else trusts it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, pkcs12
from cryptography.x509.oid import NameOID

BEGINNING, END = datetime(2020, 1, 1, tzinfo=UTC), datetime(2060, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class OwnAuthority:
    """It signs certificates for offices that do not exist."""

    key: RSAPrivateKey
    certificate: x509.Certificate

    @classmethod
    def new(cls, name: str = "CA thử nghiệm") -> OwnAuthority:
        """Another authority each time."""
        key = _new_key()
        subject = _name(name)
        built = (
            _building(subject, subject, key)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(signs_certificates=True), critical=True)
        )
        return cls(key, built.sign(key, hashes.SHA256()))

    @property
    def pem(self) -> bytes:
        """Its certificate, for those who are to trust it."""
        return self.certificate.public_bytes(Encoding.PEM)

    def issue(self, name: str, passphrase: str, *, until: datetime = END) -> bytes:
        """A certificate for an office and its key, as PKCS#12."""
        key = _new_key()
        built = (
            _building(_name(name), self.certificate.subject, key, until)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs_certificates=False), critical=True)
        )
        certificate = built.sign(self.key, hashes.SHA256())
        return pkcs12.serialize_key_and_certificates(
            name.encode(), key, certificate, [self.certificate], BestAvailableEncryption(passphrase.encode())
        )


def _new_key() -> RSAPrivateKey:
    return generate_private_key(public_exponent=65537, key_size=2048)


def _name(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"), x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _building(
    subject: x509.Name, issuer: x509.Name, key: RSAPrivateKey, until: datetime = END
) -> x509.CertificateBuilder:
    begin = min(BEGINNING, until - timedelta(days=1))
    return x509.CertificateBuilder(issuer, subject, key.public_key(), x509.random_serial_number(), begin, until)


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates, content_commitment=not signs_certificates,
        key_encipherment=False, data_encipherment=False, key_agreement=False,
        key_cert_sign=signs_certificates, crl_sign=signs_certificates, encipher_only=False, decipher_only=False,
    )  # fmt: skip
