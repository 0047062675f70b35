"""Single logout (单点退出) in SAML: partners that request it, and partners that are notified."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from hmac import compare_digest
from typing import Any

from django.db import transaction
from django.utils.crypto import salted_hmac
from saml2 import saml, samlp

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.outgoing import Answer
from nanhu.platforms.identity.models import SsoGrant, SsoSession
from nanhu.platforms.identity.protocols.saml import names
from nanhu.platforms.identity.protocols.saml.addresses import entity_id
from nanhu.platforms.identity.protocols.saml.errors import MessageRefusedError
from nanhu.platforms.identity.protocols.saml.metadata_reading import Endpoint, Facts
from nanhu.platforms.identity.protocols.saml.models import Partner, SignIn
from nanhu.platforms.identity.protocols.saml.sending import envelope, redirect_address
from nanhu.platforms.identity.protocols.saml.services import answers
from nanhu.platforms.identity.protocols.saml.services.keys import signing_pair
from nanhu.platforms.identity.protocols.saml.xml import parsed
from nanhu.platforms.identity.services import sessions
from nanhu.platforms.identity.services.front_channel import FrontCall, acknowledged, front_calls, reaches
from nanhu.platforms.identity.services.single_logout import LogoutCall, UnreachableError, logout_calls


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """`is_known`: the partner once had such a person; `sessions` are those that were still open."""

    is_known: bool
    sessions: Sequence[SsoSession]


@transaction.atomic
def end_for_partner(*, partner: str, message: Any, browser_session_id: int | None) -> Ended:
    """End the session(s) a partner's signed request names, and with them every application of every protocol.

    The partner itself knows already: its grants count as told. Asking twice finds nothing left to end.
    """
    found = sign_ins(partner=partner, message=message)
    live = list(SsoSession.objects.filter(pk__in={one.session_id for one in found}, ended_at=None))
    mine = [one.grant_id for one in found]
    SsoGrant.objects.filter(pk__in=mine, logout=SsoGrant.Logout.OPEN).update(
        logout=SsoGrant.Logout.DONE, logout_at=now()
    )
    by = Actor.system(f"saml:{partner}"[:200])
    for session in live:
        how = SsoSession.End.SIGNED_OUT if session.pk == browser_session_id else SsoSession.End.ENDED_ELSEWHERE
        sessions.end_sessions(by=by, sessions=[session], how=how)
    return Ended(is_known=bool(found), sessions=live)


def sign_ins(*, partner: str, message: Any) -> list[SignIn]:
    """By name and session index; a request without an index means all sessions of that name at that partner.

    All that are still open, however often each of them came by; else one of those that are over, as a sign of knowing.
    """
    if message.name_id is None or not message.name_id.text:
        return []
    found = SignIn.objects.filter(entity_id=partner, name_id=message.name_id.text.strip())
    indexes = [one.text.strip() for one in message.session_index or [] if one.text]
    if indexes:
        found = found.filter(session_index__in=indexes)
    return list(found.filter(session__ended_at=None).order_by("pk")) or list(found.order_by("-pk")[:1])


def logout_call(grant: SsoGrant) -> LogoutCall | None:
    """The SOAP call to a partner; None for one that publishes no SOAP logout: it takes no word behind the browser.

    Metadata that has expired meanwhile still says where to: a word too many harms nobody, a word too few does. What another
    university wrote into a feed leads into no network of ours; what an administrator pasted may.
    """
    partner = Partner.objects.filter(entity_id=grant.facts["entity_id"]).order_by("feed").last()
    if partner is None:
        raise UnreachableError("the metadata of this partner is gone")
    endpoint = Facts.of(partner.facts).logout(names.SOAP_BINDING)
    if endpoint is None:
        return None
    message = answers.logout_request(address=endpoint.location, name=name_of(grant), session_index=grant.ticket)
    return LogoutCall(
        address=endpoint.location,
        body=envelope(answers.signed(message, signing_pair())),
        content_type="text/xml; charset=utf-8",
        is_public=partner.feed_id is not None,
        is_acknowledged=says_it_is_done,
        reads_body=True,
    )


FRONT = (names.REDIRECT, names.POST)
ID_SALT = "saml.front_logout"
LONGEST_NUMBER = 18


def front_endpoint(grant: SsoGrant) -> Endpoint | None:
    """Only of a partner that publishes no SOAP logout."""
    partner = Partner.objects.filter(entity_id=grant.facts["entity_id"]).order_by("feed").last()
    facts = Facts.of(partner.facts) if partner is not None else None
    return facts.logout(*FRONT) if facts is not None and facts.logout(names.SOAP_BINDING) is None else None


def front_address(grant: SsoGrant) -> str:
    endpoint = front_endpoint(grant)
    return endpoint.location if endpoint is not None else ""


def front_call(grant: SsoGrant) -> FrontCall | None:
    endpoint = front_endpoint(grant)
    if endpoint is None:
        return None
    message, pair = front_request(grant, endpoint.location), signing_pair()
    if endpoint.binding == names.REDIRECT:
        address = redirect_address(
            message, parameter="SAMLRequest", address=endpoint.location, relay_state="", pair=pair
        )
        return FrontCall(address=address)
    text = base64.b64encode(answers.signed(message, pair).encode()).decode()
    return FrontCall(address=endpoint.location, fields=(("SAMLRequest", text),))


def front_request(grant: SsoGrant, address: str) -> samlp.LogoutRequest:
    return answers.logout_request(
        address=address, name=name_of(grant), session_index=grant.ticket, message_id=front_id(grant.pk)
    )


def front_id(grant_id: int) -> str:
    """The answer names it, and nobody else could: nothing need be kept until it comes."""
    return f"_{grant_id}.{salted_hmac(ID_SALT, str(grant_id), algorithm='sha256').hexdigest()[:40]}"


def take_answer(*, partner: str, message: Any) -> None:
    """A partner's signed LogoutResponse to what the browser brought it."""
    in_response_to = str(message.in_response_to or "")
    number = in_response_to[1:].partition(".")[0]
    is_number = number.isascii() and number.isdigit() and len(number) <= LONGEST_NUMBER
    if not is_number or not compare_digest(in_response_to.encode(), front_id(int(number)).encode()):
        return
    grant = SsoGrant.objects.filter(pk=int(number), protocol="saml").first()
    status = message.status.status_code.value if message.status and message.status.status_code else ""
    if grant is not None and grant.facts.get("entity_id") == partner and status == names.SUCCESS:
        acknowledged(grant.pk)


def says_it_is_done(answer: Answer) -> bool:
    """A partner may answer 200 and yet report a failure; one that does not know the person (any more) is done, too."""
    try:
        statuses = {one.get("Value", "") for one in parsed(answer.body).iter(f"{{{names.SAMLP}}}StatusCode")}
    except MessageRefusedError:
        return False
    partial = f"{names.STATUS}PartialLogout"
    return partial not in statuses and bool(statuses & {names.SUCCESS, f"{names.STATUS}UnknownPrincipal"})


def name_of(grant: SsoGrant) -> saml.NameID:
    """The NameID exactly as the assertion had it."""
    qualifiers = {}
    if grant.facts["format"] == names.PERSISTENT:
        qualifiers = {"name_qualifier": entity_id(), "sp_name_qualifier": grant.facts["entity_id"]}
    return saml.NameID(text=grant.facts["name_id"], format=grant.facts["format"], **qualifiers)


logout_calls["saml"] = logout_call
front_calls["saml"], reaches["saml"] = front_call, front_address
