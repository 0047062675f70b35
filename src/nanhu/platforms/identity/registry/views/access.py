"""Who may use an application: its rules, its rests, and why one person may or may not."""

from typing import Any

from django.db.transaction import on_commit
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.kit import Empty, Markup, Moment, PageRequest, Span, Table, Text, list_of
from nanhu.platforms.identity.models import Application
from nanhu.platforms.identity.policies import SYSTEM, has_role
from nanhu.platforms.identity.registry import menu, queries
from nanhu.platforms.identity.registry.console import READERS, WRITERS, application_with
from nanhu.platforms.identity.registry.forms import MaintenanceForm, RuleForm, WhyForm
from nanhu.platforms.identity.registry.services import maintenance, rules
from nanhu.platforms.identity.registry.views.detail import application as page
from nanhu.platforms.identity.services.explain import explain, sentence_of


class Rules(Table):
    sentence = Text(_("规则"), sentence_of)
    days = Span(_("有效期"), sort=False)
    reason = Text(_("原因"), sort=False)
    remove = Markup(_("操作"), "identity/registry/_remove_rule.html")


def with_rules(request: PageRequest, application: Application) -> dict[str, Any]:
    everybody = Empty(title=_("对所有在校师生开放"), icon="users", text=_("添加一条“允许”后，只有符合条件的人能用。"))
    held = application.access_rules.select_related("unit")
    return {"list": list_of(request, Rules, held, caption=_("现在的规则"), empty=everybody)}


@page.form(
    "access",
    RuleForm,
    title=_("准入规则"),
    lead=_("没有“允许”的规则时，对所有在校师生开放。针对个人的规则优先于针对群体的，同级的“禁止”优先于“允许”。"),
    roles=WRITERS,
    subject=application_with,
    template="identity/registry/access.html",
    facts=with_rules,
    to="access",
    done=_("规则已添加，立即生效。"),
)
def access(request: PageRequest, form: RuleForm, application: Application) -> None:
    rules.add_rule(by=request.actor, application=application, **form.cleaned_data)
    on_commit(menu.read_anew)


def numbered(key: str, number: int) -> tuple[Application, int]:
    return application_with(key), number


def rule_removed(is_removed: object) -> str:
    return str(_("规则已移除，立即生效。") if is_removed else _("这条规则已经没有了。"))


@access.action("<int:number>/remove", subject=numbered, done=rule_removed)
def remove_rule(request: PageRequest, named: tuple[Application, int]) -> bool:
    application, number = named
    on_commit(menu.read_anew)
    return rules.remove_rule(by=request.actor, application=application, rule_id=number)


class Rests(Table):
    starts = Moment(_("开始"), "starts_at")
    ends = Moment(_("结束"), "ends_at")
    notice = Text(_("通知"))
    end = Markup(_("操作"), "identity/registry/_end_rest.html")


def with_rests(request: PageRequest, application: Application) -> dict[str, Any]:
    none = Empty(title=_("没有安排维护"), icon="wrench")
    return {"list": list_of(request, Rests, queries.rests_of(application), caption=_("已安排"), empty=none)}


@page.form(
    "maintenance",
    MaintenanceForm,
    title=_("维护"),
    lead=_("这段时间来登录的人会看到维护通知；负责人、系统管理员和“维护时可进”的人照常进入。"),
    roles=WRITERS,
    subject=application_with,
    template="identity/registry/maintenance.html",
    facts=with_rests,
    to="rests",
    done=_("维护已安排。"),
)
def rests(request: PageRequest, form: MaintenanceForm, application: Application) -> None:
    maintenance.plan(by=request.actor, application=application, **form.cleaned_data)
    on_commit(menu.read_anew)


def rest_ended(is_ended: object) -> str:
    return str(_("维护已结束。") if is_ended else _("这次维护已经没有了。"))


@rests.action("<int:number>/end", subject=numbered, done=rest_ended)
def end_rest(request: PageRequest, named: tuple[Application, int]) -> bool:
    application, number = named
    on_commit(menu.read_anew)
    return maintenance.end(by=request.actor, application=application, maintenance_id=number)


@page.page("why", title=_("为什么能用或不能用"), roles=READERS, subject=application_with)
def why(request: PageRequest, application: Application) -> HttpResponse:
    """Why can this person (not) use this application?"""
    form = WhyForm(request.GET if "number" in request.GET else None)
    account = form.cleaned_data["number"] if form.is_valid() else None
    context: dict[str, Any] = {
        "application": application,
        "form": form,
        "reasons": explain(account.pk, application.pk) if account else None,
        "may_write": has_role(request.viewer, SYSTEM),
    }
    return render(request, "identity/registry/why.html", context)
