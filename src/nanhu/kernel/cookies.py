"""Names of cookies. Over https they say by their prefix what browsers must hold them to: no other host, no plain http."""

from nanhu.kernel.configuration import configuration


def host_only(name: str) -> str:
    """For a cookie of the whole house (path "/"): a subdomain that fell to somebody cannot set it over ours."""
    return f"__Host-{name}" if is_secure() else name


def secure_only(name: str) -> str:
    """For a cookie of one path alone."""
    return f"__Secure-{name}" if is_secure() else name


def is_secure() -> bool:
    return configuration().public_url.startswith("https://")
