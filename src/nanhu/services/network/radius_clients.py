"""Clients of FreeRADIUS (`clients.conf`) from the registered NAS: one file for each application, one block for each address."""

from typing import Final

from nanhu.platforms.identity import api as identity
from nanhu.services.network import rules
from nanhu.services.network.models import Nas

NAME: Final = "clients-nas-{key}.conf"
HEAD: Final = "# Written by `nanhu network_radius_clients`; what is changed here is lost. Holds secrets: only FreeRADIUS may read it.\n"
UNQUOTABLE: Final = frozenset("'\\$")
"""In a secret these mean something to FreeRADIUS, or end it; so does a line of its own."""
BLOCK: Final = """# {names}
client nanhu-{key}-{number} {{
    ipaddr = {address}
    secret = '{secret}'
    require_message_authenticator = {signs}
    limit_proxy_state = {signs}
    virtual_server = nanhu-{key}
}}
"""


def files() -> dict[str, str]:
    """By name, one for every application, also where it has no NAS (any more). A NAS of several applications stands in the file of its first:
    FreeRADIUS knows a client by its address alone. openNDS asks nobody by RADIUS."""
    found = Nas.objects.filter(withdrawn_at=None).exclude(kind=Nas.Kind.OPENNDS).order_by("address", "identifier")
    at: dict[str, list[Nas]] = {}
    for nas in found:
        at.setdefault(nas.address, []).append(nas)
    written = {NAME.format(key=key): HEAD for key, _name in identity.network_applications()}
    for several in at.values():
        for key in sorted({one.applications[0] for one in several}):
            name = NAME.format(key=key)
            written[name] = written.get(name, HEAD) + block(key, several)
    return written


def block(key: str, several: list[Nas]) -> str:
    """Of NAS behind one address, which have one secret and one first application; else a remark in the file of each. ocserv does not sign its
    questions, and is let off on this machine alone."""
    first = several[0]
    names = "、".join(" ".join(f"{one.name} {one.identifier}".split()) for one in several)
    if len({one.applications[0] for one in several}) > 1:
        return f"# {names} {first.address}: their first applications differ, FreeRADIUS knows an address once; enter it by hand\n"
    secrets = {one.secret for one in several}
    if len(secrets) > 1 or not first.secret or not rules.is_secret(first.secret) or UNQUOTABLE & set(first.secret):
        return f"# {names} {first.address}: no one secret that can be written here; enter it by hand\n"
    is_excused = first.kind == Nas.Kind.OCSERV and first.address.startswith("127.")
    facts = {"key": key, "number": first.pk, "address": first.address, "secret": first.secret, "names": names}
    return BLOCK.format(**facts, signs="no" if is_excused else "yes")
