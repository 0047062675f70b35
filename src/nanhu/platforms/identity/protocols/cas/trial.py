"""Trying CAS out for the signed-in administrator, as the application would, without leaving anything behind."""

from urllib.parse import urlsplit

from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from nanhu.kernel import outgoing
from nanhu.kernel.outgoing_words import in_words
from nanhu.platforms.identity import cas_answers as answers
from nanhu.platforms.identity.current import session_or_none
from nanhu.platforms.identity.models import Application, SsoSession
from nanhu.platforms.identity.panels import TrialStep
from nanhu.platforms.identity.protocols.cas.logout import logout_body
from nanhu.platforms.identity.services import access, tickets
from nanhu.platforms.identity.services.tickets import Assertion

SECONDS = 3.0
BAD_STATUS = 400


def trial(request: HttpRequest, application: Application) -> list[TrialStep]:
    session = session_or_none(request)
    prefixes = [one.prefix for one in application.addresses.all()]
    if session is None or not prefixes:
        return [TrialStep(title=_("允许地址"), is_good=False, detail=_("还没有登记地址。"))]
    steps = [*(transport(prefix) for prefix in prefixes), right(session, application)]
    steps += tickets_tried(session, application, prefixes[0])
    return [*steps, logout_heard(application, prefixes[0], session)]


def transport(prefix: str) -> TrialStep:
    is_good = urlsplit(prefix).scheme == "https" or outgoing.is_loopback_name(urlsplit(prefix).hostname or "")
    detail = prefix if is_good else _("%(address)s 没有加密：票据会被同一网络上的人看到。") % {"address": prefix}
    return TrialStep(title=_("允许地址"), is_good=is_good, detail=detail)


def right(session: SsoSession, application: Application) -> TrialStep:
    decision = access.decide(account=session.account, application=application)
    return TrialStep(title=_("您能否进入"), is_good=decision.is_allowed, detail=f"{decision.reason}{decision.remedy}")


def tickets_tried(session: SsoSession, application: Application, service: str) -> list[TrialStep]:
    """A real ticket, a real validation, a second one that must fail; all undone."""
    with transaction.atomic():
        ticket = tickets.issue(application=application, session=session, service=service, is_primary=False)
        verdict = tickets.validate(ticket=ticket, service=service, must_be_new=False)
        again = tickets.validate(ticket=ticket, service=service, must_be_new=False)
        transaction.set_rollback(True)
    return [
        TrialStep(
            title=_("验证票据：应用会收到"),
            is_good=isinstance(verdict, Assertion),
            detail=answers.xml_text(verdict, with_attributes=True),
        ),
        TrialStep(title=_("同一张票据再次验证被拒绝"), is_good=again == tickets.INVALID_TICKET),
    ]


def logout_heard(application: Application, service: str, session: SsoSession) -> TrialStep:
    """The application gets the logout of a ticket that never was: it should take that in good part."""
    address = application.logout_url or service
    body = logout_body(user=session.campus_no, ticket=tickets.random_ticket(tickets.PREFIX))
    title = _("单点退出通知可以送达")
    try:
        status = outgoing.send(outgoing.Call(address=address, body=body), seconds=SECONDS).status
    except OSError as error:
        return TrialStep(
            title=title, is_good=False, detail=f"{address} · {in_words(f'{type(error).__name__}: {error}')}"
        )
    return TrialStep(title=title, is_good=status < BAD_STATUS, detail=f"{address} · HTTP {status}")
