"""Issuing (签发): from an open session and a partner's request to a signed response, with the grant that logout walks back."""

from datetime import timedelta
from secrets import token_hex

from django.db import transaction

from nanhu.kernel.configuration import configuration
from nanhu.platforms.identity.models import SsoSession
from nanhu.platforms.identity.protocols.saml import names
from nanhu.platforms.identity.protocols.saml.models import SignIn
from nanhu.platforms.identity.protocols.saml.requests import AuthnRequest
from nanhu.platforms.identity.protocols.saml.services import answers, attributes
from nanhu.platforms.identity.protocols.saml.services.keys import signing_pair
from nanhu.platforms.identity.protocols.saml.services.names import persistent_name, transient_name
from nanhu.platforms.identity.protocols.saml.services.partners import Known
from nanhu.platforms.identity.queries import card_of
from nanhu.platforms.identity.services.grants import open_grant
from nanhu.platforms.identity.services.sessions import hold_live_session


def issue(
    *, session: SsoSession, partner: Known, authn_request: AuthnRequest, name_format: str, context: str
) -> str | None:
    """The response; None when the session has ended meanwhile. The grant stands before anything leaves."""
    statement = record(
        session=session, partner=partner, authn_request=authn_request, name_format=name_format, context=context
    )
    if statement is None:
        return None
    return answers.response(statement, pair=signing_pair(), encryption=partner.facts.encryption)


@transaction.atomic
def record(
    *, session: SsoSession, partner: Known, authn_request: AuthnRequest, name_format: str, context: str
) -> answers.Statement | None:
    held = hold_live_session(session.pk)
    if held is None:
        return None
    statement = state(
        session=held, partner=partner, authn_request=authn_request, name_format=name_format, context=context
    )
    grant = open_grant(
        session=held,
        application=partner.application,
        protocol="saml",
        reference=statement.session_index,
        user_name=held.campus_no,
        service=authn_request.consumer,
        facts={
            "entity_id": partner.entity_id,
            "name": partner.name,
            "name_id": statement.name_id,
            "format": name_format,
        },
    )
    SignIn.objects.create(
        session=held,
        grant=grant,
        entity_id=partner.entity_id,
        session_index=statement.session_index,
        name_id=statement.name_id,
    )
    return statement


def state(
    *, session: SsoSession, partner: Known, authn_request: AuthnRequest, name_format: str, context: str
) -> answers.Statement:
    """What the assertion will say of this session. Also what the registry's trial shows; it writes nothing but names."""
    account = session.account
    given = attributes.given(
        application=partner.application,
        entity_id=partner.entity_id,
        account=account,
        card=card_of(account),
        campus_no=session.campus_no,
    )
    is_persistent = name_format == names.PERSISTENT
    return answers.Statement(
        partner=partner.entity_id,
        consumer=authn_request.consumer,
        in_response_to=authn_request.request_id,
        name_id=persistent_name(account=account, audience=partner.entity_id) if is_persistent else transient_name(),
        name_format=name_format,
        session_index=f"_{token_hex(16)}",
        authenticated_at=session.authenticated_at,
        context=context,
        attributes=given,
        session_ends_at=session.created_at + timedelta(hours=configuration().session_hours),
    )
