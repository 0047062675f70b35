"""Calls to other systems for the portal: through the kernel's guarded client, bounded, never led to another host."""

import json
import re
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import cache
from threading import BoundedSemaphore
from typing import Final

from django.utils.translation import gettext as _
from joserfc import jwt
from joserfc.jwk import OctKey

from nanhu.kernel import outgoing
from nanhu.kernel.clock import now
from nanhu.kernel.configuration import configuration
from nanhu.kernel.outgoing import Call, Document
from nanhu.kernel.registry import SchoolRules, school_rules
from nanhu.kernel.school import school
from nanhu.platforms.portal.errors import AddressRefusedError, CallsBusyError
from nanhu.platforms.portal.integrations import rules
from nanhu.platforms.portal.models import Integration

LARGEST: Final = 256 * 1024
SECONDS: Final = 3.0
TOKEN_SECONDS: Final = 60
HOPS: Final = 2
NOT_CALLED: Final = re.compile(r"(\S+) is not called")
LANES_SHARE: Final = 4


@cache
def hosts(what: str) -> tuple[str, ...]:
    """`frame_hosts`: whose pages may stand in ours; `plain_hosts`: who may be called without TLS; `campus_hosts`: who may lie
    inside, at the usual ports, or at that which is named. The sample campus has its own machine."""
    listed = school().table("portal").texts(what)
    ports = ":*" if what == "campus_hosts" else ""
    return (*listed, f"localhost{ports}", f"127.0.0.1{ports}") if configuration().demo else listed


@cache
def lanes(_key: str = "", *, share: int = LANES_SHARE) -> BoundedSemaphore:
    """For all calls together a quarter of the threads of a process, for each system an eighth: the rest remains for pages."""
    return BoundedSemaphore(max(1, configuration().web_threads // share))


@contextmanager
def lane(key: str, *, seconds: float = 0.0) -> Iterator[None]:
    """To call one system within a request. Raises CallsBusyError where none becomes free in time."""
    with ExitStack() as held:
        for one in (lanes(key, share=2 * LANES_SHARE), lanes()):
            if not one.acquire(timeout=seconds):
                raise CallsBusyError
            held.callback(one.release)
        yield


def fetch(call: Call, *, seconds: float = SECONDS, largest: int = LARGEST) -> Document:
    """The whole answer, unpacked; OSError or BadAnswerError. A redirect is followed on the same host alone."""
    deadline = time.monotonic() + seconds
    call = replace(call, is_public=is_outside(call.address))
    for _hop in range(HOPS + 1):
        found = outgoing.fetch(call, seconds=max(deadline - time.monotonic(), 0.01), largest=largest)
        target = found.headers.get("location", "")
        if found.status not in outgoing.REDIRECTS or not target or call.body:
            encoding = found.headers.get("content-encoding", "").strip().lower()
            return Document(
                status=found.status, headers=found.headers, body=rules.unpacked(found.body, encoding, largest)
            )
        following = outgoing.led_to(call.address, target)
        if rules.origin_of(following) != rules.origin_of(call.address):
            return found
        call = replace(call, address=following)
    raise rules.BadAnswerError("led in a circle")


def is_outside(address: str) -> bool:
    """A network that the school opened to the house is not open to whoever writes an address: host and port are listed too."""
    parts = outgoing.checked(address)
    return not rules.is_at_listed_port(parts.hostname or "", parts.port, hosts("campus_hosts"))


def refuse_address(address: str) -> None:
    """Raises AddressRefusedError where an integration may not stand at it: no https, inside, or no address at all."""
    example = rules.addressed(address, "0")
    if "{" in example or "}" in example:
        raise AddressRefusedError(why="{campus_no}")
    try:
        parts = outgoing.checked(example)
        outgoing.refuse_internal(example, networks=() if is_outside(example) else None)
    except OSError as error:
        raise AddressRefusedError(why=refusal_of(error)) from error
    if rules.NUMBER in rules.origin_of(address):
        raise AddressRefusedError(why="{campus_no}")
    if parts.scheme.lower() != "https" and not rules.is_among(rules.host_of(example), hosts("plain_hosts")):
        raise AddressRefusedError(why="http")


def refusal_of(error: OSError) -> str:
    """Short, for a sentence that says what would do."""
    where = NOT_CALLED.search(str(error))
    return _("%(where)s 不在公网") % {"where": where[1]} if where else _("不是能连的网址")


def subject_token(one: Integration, campus_no: str) -> str:
    """Says to this host alone, for a minute, of whom it is asked. Signed with the secret that only it and we have."""
    moment = int(now().timestamp())
    claims = {
        "iss": configuration().public_url,
        "sub": campus_no,
        "aud": rules.host_of(one.address),
        "iat": moment,
        "exp": moment + TOKEN_SECONDS,
    }
    if not one.secret:
        raise rules.BadAnswerError("no secret to sign with")
    return jwt.encode({"alg": "HS256", "typ": "JWT"}, claims, OctKey.import_key(one.secret))


def call_for(one: Integration, campus_no: str) -> Call:
    """What is sent of this person: what the integration says, and nothing else."""
    headers: list[tuple[str, str]] = [("Accept", "application/json")]
    if one.sent == Integration.Sent.TOKEN:
        headers.append(("Authorization", f"Bearer {subject_token(one, campus_no)}"))
    elif one.header_name and one.secret:
        headers.append((one.header_name, one.secret))
    sends_number = one.sent == Integration.Sent.NUMBER
    body = b""
    if one.method == Integration.Method.POST:
        body = json.dumps({"campus_no": campus_no} if sends_number else {}).encode()
    address = rules.addressed(one.address, campus_no) if sends_number else one.address
    return Call(address=address, body=body, content_type="application/json", headers=tuple(headers))


school_rules.add(
    SchoolRules(key="portal.hosts", read=lambda: tuple(map(hosts, ("frame_hosts", "plain_hosts", "campus_hosts"))))
)
