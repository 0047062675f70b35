"""How SAML shows itself in the application registry: metadata to paste, configuration to copy, a trial."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from nanhu.kernel.actors import Actor
from nanhu.kernel.errors import CampusError
from nanhu.platforms.identity import panels
from nanhu.platforms.identity.current import session_or_none
from nanhu.platforms.identity.models import Account, Application, SsoSession
from nanhu.platforms.identity.panels import Snippet, TrialStep
from nanhu.platforms.identity.protocols.saml import names, rules
from nanhu.platforms.identity.protocols.saml.forms import PartnerForm
from nanhu.platforms.identity.protocols.saml.models import Partner
from nanhu.platforms.identity.protocols.saml.requests import AuthnRequest
from nanhu.platforms.identity.protocols.saml.services import answers, issuing, partners
from nanhu.platforms.identity.protocols.saml.services.attributes import releases_persistent
from nanhu.platforms.identity.protocols.saml.services.keys import signing_pair
from nanhu.platforms.identity.protocols.saml.services.partners import Known, partner_of, partner_with
from nanhu.platforms.identity.protocols.saml.snippets import snippets_for
from nanhu.platforms.identity.services import access


def speaks(application: Application) -> bool:
    return partner_of(application) is not None


def speakers() -> set[int]:
    found = Partner.objects.filter(application__isnull=False).values_list("application_id", flat=True)
    return {one for one in found if one is not None}


def initial(application: Application) -> dict[str, Any]:
    row = partner_of(application)
    if row is None:
        return {}
    return {"metadata": row.xml} if row.feed_id is None else {"entity_id": row.entity_id}


def save(by: Actor, application: Application, cleaned: Mapping[str, Any]) -> Mapping[str, str]:
    """There is no secret in SAML: each side publishes its certificate."""
    if cleaned.get("metadata"):
        partners.paste(by=by, application=application, text=cleaned["metadata"])
    else:
        partners.take_from_federation(by=by, application=application, entity_id=cleaned["entity_id"])
    return {}


def forget(by: Actor, application: Application) -> None:
    partners.forget(by=by, application=application)


def snippets(application: Application, _secrets: Mapping[str, str]) -> list[Snippet]:
    row = partner_of(application)
    return [] if row is None else snippets_for(row.entity_id)


def try_out(request: HttpRequest, application: Application) -> list[TrialStep]:
    """A sign-in of the administrator who asks, up to the response; in a transaction that is rolled back."""
    row, session = partner_of(application), session_or_none(request)
    if row is None or session is None:
        return [TrialStep(title=_("元数据"), is_good=False, detail=_("还没有保存元数据。"))]
    steps: list[TrialStep] = []
    with transaction.atomic():
        try:
            steps.extend(steps_of(partner_with(row.entity_id), session))
        except CampusError as error:
            steps.append(TrialStep(title=_("未能进入"), is_good=False, detail=error.message))
        transaction.set_rollback(True)
    return steps


def steps_of(partner: Known, session: SsoSession) -> Iterator[TrialStep]:
    consumer = partner.facts.consumer()
    detail = f"{partner.entity_id} → {consumer.location if consumer else '—'}"
    yield TrialStep(title=_("元数据"), is_good=consumer is not None, detail=detail)
    if consumer is None:
        return
    yield logout_step(partner)
    account = Account.objects.get(pk=session.account_id)
    decision = access.decide(account=account, application=partner.application)
    yield TrialStep(title=_("准入"), is_good=decision.is_allowed, detail=str(decision.reason))
    name_format = rules.name_format(
        "", partner.facts.name_formats, releases_persistent=releases_persistent(partner.application)
    )
    authn_request = AuthnRequest(partner=partner.entity_id, consumer=consumer.location)
    statement = issuing.state(
        session=session,
        partner=partner,
        authn_request=authn_request,
        name_format=name_format or names.TRANSIENT,
        context=names.PASSWORD,
    )
    yield TrialStep(
        title="NameID", is_good=True, detail=f"{statement.name_id} ({statement.name_format.rsplit(':', 1)[-1]})"
    )
    for one in statement.attributes:
        yield TrialStep(title=one.friendly, is_good=True, detail=f"{' · '.join(one.values)}  ({one.name})")
    yield response_step(partner, statement)


def logout_step(partner: Known) -> TrialStep:
    endpoint = partner.facts.logout(names.SOAP_BINDING)
    front = partner.facts.logout(names.REDIRECT, names.POST)
    if endpoint is None and front is not None:
        logout_address = _("%(address)s（只能由本人的浏览器通知）") % {"address": front.location}
    else:
        logout_address = endpoint.location if endpoint else _("元数据里没有退出地址：学校这边退出时通知不到它。")
    return TrialStep(title=_("退出通知"), is_good=True, detail=logout_address)


def response_step(partner: Known, statement: answers.Statement) -> TrialStep:
    """The response is really signed and encrypted, so that a key that cannot be used shows here."""
    text = answers.response(statement, pair=signing_pair(), encryption=partner.facts.encryption)
    cipher = answers.best_key(partner.facts.encryption)[1].rsplit("#", 1)[-1] if partner.facts.encryption else ""
    how = _("已签名，用 %(cipher)s 加密") % {"cipher": cipher} if cipher else _("已签名；应用没有公布加密证书，未加密")
    return TrialStep(title=_("响应"), is_good=True, detail=f"{how} · {len(text.encode())} B")


PANEL = panels.ProtocolPanel(
    key="saml",
    name="SAML 2.0",
    form=PartnerForm,
    speaks=speaks,
    initial=initial,
    save=save,
    forget=forget,
    snippets=snippets,
    trial=try_out,
    order=30,
    speakers=speakers,
)
