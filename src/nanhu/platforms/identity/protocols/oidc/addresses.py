"""Our own addresses: the issuer is the public address of the house exactly, and everything else hangs on it."""

from django.urls import reverse

from nanhu.kernel.configuration import configuration


def issuer() -> str:
    return configuration().public_url


def endpoint(name: str) -> str:
    """The absolute address of a door of ours, by its name in the namespace of identity."""
    return issuer() + reverse(f"identity:{name}")
