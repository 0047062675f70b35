"""Keys and certificates for a campus that tries things out (sample, tests). A real school gets its own from bank and UnionPay."""

from dataclasses import dataclass
from datetime import timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.x509.oid import NameOID

from nanhu.kernel.clock import now

RSA_BITS = 2048
LIFE = timedelta(days=3650)
UNIONPAY = "中国银联股份有限公司"


@dataclass(frozen=True, slots=True)
class Certified:
    """A private key and its certificate, both PEM."""

    key: str
    certificate: str


def signing_pair() -> tuple[str, str]:
    """Ed25519 for the bank's wire: private, public."""
    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return private, key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def certified(
    name: str, *, signer: tuple[RSAPrivateKey, x509.Certificate] | None = None
) -> tuple[RSAPrivateKey, x509.Certificate]:
    """An RSA key with a certificate by `signer`, or by itself: an authority."""
    key = generate_private_key(public_exponent=65537, key_size=RSA_BITS)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    moment = now()
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(signer[1].subject if signer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(moment - timedelta(days=1))
        .not_valid_after(moment + LIFE)
        .add_extension(x509.BasicConstraints(ca=signer is None, path_length=None), critical=True)
    )
    return key, builder.sign(signer[0] if signer else key, hashes.SHA256())


def as_pem(key: RSAPrivateKey, certificate: x509.Certificate) -> Certified:
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return Certified(private, certificate.public_bytes(Encoding.PEM).decode())


@dataclass(frozen=True, slots=True, kw_only=True)
class AcquirerKeys:
    authority: str
    acquirer: Certified
    merchant: Certified


def acquirer_keys() -> AcquirerKeys:
    """A small UnionPay: an authority, its own signing certificate, and one for the merchant."""
    authority = certified("CFCA TEST OCA1")
    return AcquirerKeys(
        authority=as_pem(*authority).certificate,
        acquirer=as_pem(*certified(f"041@{UNIONPAY}@00000002", signer=authority)),
        merchant=as_pem(*certified("041@school@777290058110097", signer=authority)),
    )
