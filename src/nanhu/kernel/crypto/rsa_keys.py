"""Private RSA keys of the school's own, opened once a process: OpenSSL proves their primes, which takes thirty times as long as a
signature (27 ms at 2,048 bits)."""

from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key


@lru_cache(maxsize=16)
def rsa_private_key(pem: str) -> RSAPrivateKey:
    """Raises TypeError for a key of another kind, ValueError for what is none."""
    found = load_pem_private_key(pem.encode(), None)
    if not isinstance(found, RSAPrivateKey):
        raise TypeError("the signing key is no RSA key")
    return found
