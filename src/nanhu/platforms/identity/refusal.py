"""The page of a refusal: why, what to do, and whom to ask."""

from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from nanhu.kernel.clock import campus_today
from nanhu.kernel.viewers import viewer_or_none
from nanhu.platforms.identity.models import AccessRule, Application
from nanhu.platforms.identity.services.access import Decision
from nanhu.platforms.identity.services.explain import sentence_of

ASKABLE = {"denied", "not_listed", "unaffiliated", "in_grace"}
"""Verdicts the owner of an application can do something about."""


def page(request: HttpRequest, *, application: Application, decision: Decision) -> HttpResponse:
    rule = AccessRule.objects.filter(pk=decision.rule_id).first() if decision.rule_id else None
    context = {
        "application": application,
        "decision": decision,
        "rule_reason": rule.reason if rule else "",
        "open_to": open_to(application) if decision.verdict == "not_listed" else [],
        "may_ask": decision.verdict in ASKABLE,
        "is_resting": decision.verdict == "maintenance",
        "contact_mail": mail_link(request, application),
    }
    return render(request, "identity/refused.html", context, status=403)


def open_to(application: Application) -> list[str]:
    """The groups it is open to today. Rules for single persons are nobody else's business."""
    rules = AccessRule.objects.filter(application=application, effect="allow", account=None).select_related("unit")
    today = campus_today()
    live = [
        rule
        for rule in rules
        if (rule.starts_on is None or rule.starts_on <= today) and (rule.ends_on is None or rule.ends_on >= today)
    ]
    return [sentence_of(rule).partition("：")[2] for rule in live]


def mail_link(request: HttpRequest, application: Application) -> str:
    """A letter to the owner, half written: who asks for what."""
    address = application.contact_text.strip()
    if "@" not in address or any(character in address for character in " ?&,;，；"):
        return ""
    viewer = viewer_or_none(request)
    who = f"{viewer.name}（{viewer.campus_no}）" if viewer else ""
    subject = quote(_("申请使用 %s") % application.name)
    body = quote(_("我是%(who)s，需要使用%(name)s，用途：") % {"who": who, "name": application.name})
    return f"mailto:{quote(address, safe='@')}?subject={subject}&body={body}"
