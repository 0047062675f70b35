"""RADIUS servers and mail servers in the application registry."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import registry
from nanhu.kernel.actors import Actor
from nanhu.platforms.identity import panels
from nanhu.platforms.identity.models import Account, Application
from nanhu.platforms.identity.protocols.radius.models import RadiusClient
from nanhu.platforms.identity.protocols.radius.profiles import network
from nanhu.platforms.identity.protocols.radius.services import authentication, clients
from nanhu.platforms.identity.protocols.radius.snippets import snippets_for
from nanhu.platforms.identity.services import access

SHORTEST, LONGEST = 60, 7 * 24 * 3600


class RadiusForm(forms.Form):
    service = forms.ChoiceField(
        label=_("请求来源"), choices=RadiusClient.Service.choices, initial=RadiusClient.Service.NETWORK
    )
    session_seconds = forms.IntegerField(
        label=_("一次上线最长（秒）"), min_value=SHORTEST, max_value=LONGEST, initial=clients.DAY_OF_WORK
    )
    new_key = forms.BooleanField(label=_("更换密钥"), required=False, help_text=_("旧密钥继续有效一天，便于逐台更换。"))


def held(application: Application) -> RadiusClient | None:
    return RadiusClient.objects.filter(application_id=application.pk or 0, is_enabled=True).first()


def initial(application: Application) -> dict[str, Any]:
    client = held(application)
    client = client or RadiusClient()
    return {"session_seconds": client.session_seconds, "service": client.service}


def save(by: Actor, application: Application, cleaned: Mapping[str, Any]) -> Mapping[str, str]:
    client = held(application)
    chosen = {"session_seconds": cleaned["session_seconds"], "service": cleaned["service"]}
    if client is None or cleaned["new_key"]:
        return {"key": clients.issue_key(by=by, application=application, **chosen)}
    clients.change(by=by, application=application, **chosen)
    return {}


def trial(request: HttpRequest, application: Application) -> list[panels.TrialStep]:
    """Everything but the password, which nobody types into a trial."""
    client = held(application)
    if client is None:
        return [panels.TrialStep(title=_("钥匙"), is_good=False, detail="—")]
    account = Account.objects.get(pk=request.user.pk or 0)
    verdict, decision = (
        authentication.accepted(client, account),
        access.decide(account=account, application=application),
    )
    return [
        panels.TrialStep(title=_("我可以使用"), is_good=decision.is_allowed, detail=str(decision.reason)),
        panels.TrialStep(
            title=_("返回的属性"),
            is_good=True,
            detail=f"Filter-Id={verdict.group} User-Name={verdict.campus_no} Session-Timeout={verdict.session_seconds}",
        ),
        panels.TrialStep(
            title=_("服务器已来请求"),
            is_good=client.last_request_at is not None,
            detail=client.last_request_at.isoformat(timespec="seconds") if client.last_request_at else "",
        ),
    ]


panels.add(
    panels.ProtocolPanel(
        key="radius",
        name=_("RADIUS（无线网、VPN）、邮件"),
        form=RadiusForm,
        speaks=lambda application: held(application) is not None,
        initial=initial,
        save=save,
        forget=lambda by, application: clients.forget(by=by, application=application),
        snippets=snippets_for,
        trial=trial,
        speakers=lambda: set(RadiusClient.objects.filter(is_enabled=True).values_list("application_id", flat=True)),
        order=40,
    )
)
registry.school_rules.add(registry.SchoolRules(key="network", read=network))
