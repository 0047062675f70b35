"""AuthnRequests of partners, carried in an address while somebody signs in: signed, compressed, good for an hour.

Nothing is stored for strangers. A form (POST) comes without our cookie, as browsers send it to their own site only; the
redirect to this address brings it along.
"""

from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlencode

from django.core import signing
from django.urls import reverse

from nanhu.platforms.identity.protocols.saml.errors import MessageRefusedError, RequestExpiredError
from nanhu.platforms.identity.protocols.saml.messages import Received
from nanhu.platforms.identity.protocols.saml.metadata_reading import Facts
from nanhu.platforms.identity.protocols.saml.names import POST
from nanhu.platforms.identity.protocols.saml.rules import Contexts

SALT = "identity.saml.request"
GOOD_FOR_SECONDS = 3600
LONGEST_ID = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthnRequest:
    """`consumer` is an address of the partner's metadata, checked again when the request comes back."""

    partner: str
    consumer: str
    request_id: str = ""
    relay_state: str = ""
    name_format: str = ""
    must_renew: bool = False
    is_passive: bool = False
    classes: tuple[str, ...] = ()
    comparison: str = "exact"
    problem: str = ""  # the status that tells the partner why not, where that is plain already

    @property
    def contexts(self) -> Contexts:
        return Contexts(classes=self.classes, comparison=self.comparison)


def authn_request_of(received: Received, facts: Facts) -> AuthnRequest:
    """Read an AuthnRequest against the partner's metadata. Raises where there is nowhere safe to answer to."""
    message = received.message
    if len(message.id) > LONGEST_ID:
        raise MessageRefusedError(why="its ID is too long")
    if message.protocol_binding and message.protocol_binding != POST:
        raise MessageRefusedError(why="we answer by HTTP-POST only")
    consumer = facts.consumer(
        url=(message.assertion_consumer_service_url or "").strip(), index=message.assertion_consumer_service_index
    )
    if consumer is None:
        raise MessageRefusedError(why="its AssertionConsumerService is not in its metadata")
    policy, context = message.name_id_policy, message.requested_authn_context
    requested = [one.text.strip() for one in context.authn_context_class_ref if one.text] if context else []
    requested += ["urn:unsupported:declaration"] if context and context.authn_context_decl_ref else []
    return AuthnRequest(
        partner=received.issuer,
        consumer=consumer.location,
        request_id=message.id,
        relay_state=received.relay_state,
        name_format=(policy.format or "") if policy else "",
        must_renew=is_true(message.force_authn),
        is_passive=is_true(message.is_passive),
        classes=tuple(requested),
        comparison=(context.comparison or "exact") if context else "exact",
        problem=problem_of(message),
    )


def problem_of(message: Any) -> str:
    """A request for one certain person, or for a name within a group of partners, is more than we do."""
    if message.subject is not None:
        return "UnknownPrincipal"
    policy = message.name_id_policy
    group = policy.sp_name_qualifier if policy else None
    return "InvalidNameIDPolicy" if group and group != message.issuer.text.strip() else ""


def is_true(text: str | None) -> bool:
    return str(text).strip().lower() in {"true", "1"}


def address_of(authn_request: AuthnRequest) -> str:
    """Our own address that goes on with the request."""
    packed = {name: value for name, value in asdict(authn_request).items() if value not in ("", False, ())}
    token = signing.dumps(packed, salt=SALT, compress=True)
    return f"{reverse('identity:saml_continue')}?{urlencode({'request': token})}"


def authn_request_behind(token: str) -> AuthnRequest:
    try:
        packed = signing.loads(token, salt=SALT, max_age=GOOD_FOR_SECONDS)
    except signing.BadSignature as error:
        raise RequestExpiredError from error
    return AuthnRequest(**{**packed, "classes": tuple(packed.get("classes", ()))})
