"""Sign-ins to the network before Django: by an app password, of a device that is known, where everything says yes.

It says yes or nothing; of nothing nothing was written, and Django answers as if nobody had asked: every refusal, every throttle and every hash is
Django's. What holds of the one must hold of the other: services/network/tests/test_readmission.py. docs/rooms/identity-fast-path.md
"""

import json
import logging
import re
from typing import Final
from urllib.parse import parse_qs
from uuid import UUID

import msgspec
from django.db import Error as DatabaseError
from django.views.decorators.debug import sensitive_variables

from nanhu.kernel import strict_json
from nanhu.kernel.clock import now
from nanhu.kernel.database.swift import AskDjangoError, Connections, Parameter
from nanhu.platforms.identity.front.headers import Headers, protection
from nanhu.platforms.identity.front.requests import Environ
from nanhu.platforms.identity.personal import rules as app_password_rules
from nanhu.platforms.identity.protocols.radius.facts import FORM, MOST_FIELDS, NAMES, first, request_of
from nanhu.platforms.identity.protocols.radius.front import PostFront, SureAnswer
from nanhu.platforms.identity.protocols.radius.network import NetworkSignIn, network_policies
from nanhu.platforms.identity.protocols.radius.services.authentication import Answer, AuthenticationRequest, Verdict
from nanhu.platforms.identity.protocols.radius.services.clients import hash_of
from nanhu.platforms.identity.protocols.radius.views import reply_of
from nanhu.platforms.identity.rules import normalise_sign_in_name
from nanhu.platforms.identity.services import known_places

log = logging.getLogger(__name__)
JSON: Final = "application/json"
APP_PASSWORD: Final = re.compile(
    f"[{app_password_rules.LETTERS}]{{{app_password_rules.GROUPS * app_password_rules.GROUP_LENGTH}}}"
)
"""As they are made. Whatever else is typed (a password, a grant of the captive page) is Django's."""
SIGN_IN: Final = b"SELECT identity_radius_sign_in($1, $2, $3, $4, $5)"
SIGNED_IN: Final = b"SELECT identity_radius_signed_in($1, $2, $3, $4, $5, $6, $7)"
CONNECTIONS: Final = Connections({SIGN_IN: b"sign_in", SIGNED_IN: b"signed_in"}, title="nanhu-radius")


class Owner(msgspec.Struct):
    """Whose app password it is, and which server asks; `app_password` is its row, `public_id` what a grant keeps of it."""

    server: int
    application: str
    session_seconds: int
    app_password: int
    public_id: UUID
    account: int
    person: int
    groups: list[str]
    campus_no: str


decode: Final = msgspec.json.Decoder(Owner).decode


class SignInFront(PostFront):
    path = "/radius/authenticate"

    @sensitive_variables()
    def answer(self, environ: Environ, body: bytes) -> SureAnswer | None:
        verdict = accepted(environ, body)
        if verdict is None:
            return None
        text = json.dumps(reply_of(verdict)).encode()
        headers: Headers = [("Content-Type", JSON), ("Content-Length", str(len(text))), *protection(environ)]
        return SureAnswer("200 OK", headers, [text])


@sensitive_variables()
def accepted(environ: Environ, body: bytes) -> Verdict | None:
    request = request_of(plain_facts(environ.get("CONTENT_TYPE", ""), body))
    if request is None:
        return None
    try:
        return verdict_on(environ.get("HTTP_X_NANHU_RADIUS_KEY", ""), request)
    except (AskDjangoError, DatabaseError) as error:
        log.warning("the database did not answer the front of sign-ins: %s", type(error).__name__)
        return None


@sensitive_variables()
def verdict_on(key: str, request: AuthenticationRequest) -> Verdict | None:
    """The grant first: what is written down has happened."""
    owner = owner_of(key, request)
    policy = next(iter(network_policies), None)
    if owner is None or policy is None:
        return None
    attributes = policy.admit_swiftly(
        NetworkSignIn(
            application=owner.application,
            person_id=owner.person,
            groups=owner.groups,
            campus_no=owner.campus_no,
            session_seconds=owner.session_seconds,
            station=request.station,
            app_password=owner.public_id,
            nas=request.nas,
        )
    )
    if attributes is None:
        return None
    note(owner, request.station)
    return Verdict(
        answer=Answer.ACCEPT,
        groups=tuple(owner.groups),
        campus_no=owner.campus_no,
        session_seconds=owner.session_seconds,
        attributes=attributes,
    )


@sensitive_variables()
def owner_of(key: str, request: AuthenticationRequest) -> Owner | None:
    """The key is looked at each time: one that was taken back lets nobody in."""
    name = normalise_sign_in_name(request.user_name)
    secret = app_password_rules.normalise_app_password(request.password)
    if not key or not name.isascii() or not name.isprintable() or not APP_PASSWORD.fullmatch(secret):
        return None
    said: list[Parameter] = [hash_of(key), name, name.lower(), app_password_rules.hash_of(secret), now().isoformat()]
    answer = CONNECTIONS.value(SIGN_IN, said)
    return decode(answer) if answer is not None else None


def note(owner: Owner, station: str) -> None:
    place = known_places.station_key(station)
    said: list[Parameter] = [
        owner.server,
        owner.application,
        owner.app_password,
        owner.account,
        station,
        place,
        now().isoformat(),
    ]
    CONNECTIONS.value(SIGNED_IN, said)


@sensitive_variables()
def plain_facts(content_type: str, body: bytes) -> dict[str, str]:
    """Each attribute once and without a NUL, so that there is one way to read them; else nothing, and Django reads."""
    try:
        if content_type == FORM:
            given = parse_qs(body.decode(), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
            facts = {str(name): given[name] for name in NAMES if name in given}
        else:
            said = strict_json.decode(body) if content_type == JSON else None
            facts = {str(name): [first(said, name)] for name in NAMES if name in said} if isinstance(said, dict) else {}
    except (ValueError, strict_json.JsonError):
        return {}
    is_plain = all(len(values) == 1 and "\0" not in values[0] for values in facts.values())
    return {name: value for name, [value] in facts.items()} if is_plain else {}
