"""The desk where other systems are taken in (接入管理): list, form of each kind, trial beside the drawn tile, two people, export."""

from typing import Any, Final
from uuid import UUID, uuid4

from django.db.models import Q
from django.forms.models import model_to_dict
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.configuration import configuration
from nanhu.kernel.errors import NotFoundError
from nanhu.kernel.kit import (
    Badge,
    Choice,
    Console,
    Empty,
    Filters,
    Link,
    Moment,
    Number,
    PageRequest,
    Search,
    Table,
    Text,
    Who,
    listing,
)
from nanhu.kernel.kit.forms import ReasonForm
from nanhu.kernel.kit.records import Seen, record
from nanhu.kernel.registry import Role, Tile
from nanhu.kernel.sheets.writing import attachment
from nanhu.platforms.flows import api as flows
from nanhu.platforms.people import api as people
from nanhu.platforms.portal.integrations import forms, living, moving, services, troubles, trying
from nanhu.platforms.portal.models import Integration, IntegrationRelease
from nanhu.platforms.portal.tiles import TileView

KEEPER = Role(
    key="portal.integrator",
    name=_("接入管理"),
    description=_("把别的系统的页面、数字、待办和日程接进门户；看得到试用中的接入"),
)
desk = Console(
    "portal:integrations",
    _("接入管理"),
    icon="plug",
    owner=_("信息中心"),
    description=_("不写代码，把别的系统的页面、数据、待办、日程接进门户"),
    roles=[KEEPER],
    order=970,
)
TONES: Final[dict[Any, Any]] = {"live": "good", "test": "info", "resting": "warn", "retired": "none", "draft": "none"}


class Integrations(Table):
    name = Link(_("名称"), to="integration")
    key = Text(_("代号"), is_number=True)
    kind = Badge(_("种类"), names=Integration.Kind.choices)
    state = Badge(_("状态"), names=Integration.State.choices, tones=TONES)
    owner = Text(_("负责单位"), "owner_unit__name")
    failures = Number(_("连续失败"))
    good_at = Moment(_("最近取到"), is_wide=True)


class IntegrationFilters(Filters):
    q = Search("name", "key", "address")
    kind = Choice(_("种类"), Integration.Kind.choices)
    state = Choice(_("状态"), Integration.State.choices, usual=~Q(state=Integration.State.RETIRED))


@desk.page(
    "",
    title=_("接入项"),
    tab=_("接入项"),
    lead=_("四种：页面（链接或嵌入）、数据（一个数字和几行）、待办、日程和资讯。填表、试通三次、上线，一分钟内生效。"),
)
def overview(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("还没有接入的系统"), icon="plug", text=_("从右上角选一种开始。"))
    rows = Integration.objects.select_related("owner_unit").order_by("order", "key")
    news = [(label, desk.pages[f"new_{kind}"].address()) for kind, label in Integration.Kind.choices]
    template = "portal/integrations.html"
    return listing(request, Integrations, rows, IntegrationFilters, empty=none, template=template, facts={"news": news})


@overview.page(
    "<uuid:public_id>/",
    title=_("接入项"),
    subject=record(Integration.objects.all(), Integration.what),
    about=lambda one: one.name,
)
def integration(request: PageRequest, one: Integration) -> HttpResponseBase:
    at = {"public_id": one.public_id}
    offered = {
        "draft": ("change", "trial", "test", "retire"),
        "test": ("change", "trial", "release", "retire"),
        "live": ("change", "trial", "rest", "retire"),
        "resting": ("change", "wake", "retire"),
        "retired": (),
    }[one.state]
    names = {"change": f"change_{one.kind}"}
    facts = {
        "one": one,
        "facts": facts_of(one),
        "to": {name: desk.pages[names.get(name, name)].address(**at) for name in offered},
        "waits": one.releases.filter(state=IntegrationRelease.State.ASKED).first(),
        "source": flows.outside_source(one.key) if one.kind == "todo" else None,
        "campus": configuration().public_url,
    }
    return render(request, "portal/integration.html", facts)


def facts_of(one: Integration) -> list[tuple[Any, Any]]:
    unit = one.owner_unit.name if one.owner_unit else "—"
    shown: list[tuple[Any, Any]] = [
        (_("种类"), one.get_kind_display()),
        (_("地址"), one.address or "—"),
        (_("负责"), f"{unit} {people.office_names().get(one.owner_office, '')}".strip()),
        (_("给谁看"), "、".join(str(label) for key, label in forms.FACES if key in one.faces)),
        (_("试通"), _now("连续 %(count)s 次") % {"count": one.good_trials}),
    ]
    if one.kind == "page":
        frame = (
            _now("不能嵌入：%(why)s") % {"why": troubles.in_words(one.frame_refusal)}
            if one.frame_refusal
            else _now("可以嵌入")
        )
        shown.append((_("怎样打开"), one.get_mode_display()))
        if one.mode == "frame":
            shown.append((_("嵌入"), frame if one.frame_checked_at else _now("还没有查过：试一次就知道")))
    if one.kind == "data":
        shown += [(_("带出去的"), one.get_sent_display()), (_("密钥"), _("已保存") if one.secret else "—")]
    if one.error:
        shown.append((_("最近的失败"), troubles.in_words(one.error)))
    return shown


def hang_forms(kind: str, label: Any) -> None:
    """A kind's form to make one and its form to change one, the latter without the key."""
    form = forms.FORMS[kind]
    change_form: Any = type(f"Change{form.__name__}", (form,), {"key": None})
    rows = record(Integration.objects.filter(kind=kind), Integration.what)

    def new(request: PageRequest, given: forms.HeadForm) -> Integration:
        return services.make(by=request.actor, kind=kind, facts=given.facts())

    def change(request: PageRequest, given: forms.HeadForm, one: Integration) -> None:
        services.change(by=request.actor, one=one, facts=given.facts())

    def said_of(_request: PageRequest, one: Integration) -> dict[str, Any]:
        unit = one.owner_unit.code if one.owner_unit else ""
        return {**model_to_dict(one, exclude=["secret"]), "owner_unit": unit, "units": one.unit_ids}

    new.__name__, change.__name__ = f"new_{kind}", f"change_{kind}"
    title = _("接入%(kind)s") % {"kind": label}
    overview.form(f"new/{kind}/", form, title=title, done=_("已存为草稿。"), to="integration")(new)
    integration.form(
        f"change/{kind}/",
        change_form,
        title=_("改这项接入"),
        lead=_("改名称、图标、说明、栏目、负责人，立刻生效；改地址、密钥、取数方法或给谁看，要重新试通再上线。"),
        subject=rows,
        initial=said_of,
        done=_("已改。"),
    )(change)


for _kind, _label in Integration.Kind.choices:
    hang_forms(_kind, _label)


@integration.lookup(
    "trial/",
    forms.TrialForm,
    title=_("试一次"),
    submit=_("试一次"),
    icon="play",
    template="portal/integration_trial.html",
    keeps=["campus_no"],
    initial=lambda request, _one: {"campus_no": request.viewer.campus_no},
)
def trial(request: PageRequest, form: forms.TrialForm, one: Integration) -> dict[str, Any]:
    found = trying.try_once(
        by=request.actor, one=one, campus_no=form.cleaned_data["campus_no"] or "0", person_id=request.viewer.person_id
    )
    tile = Tile(key="trial", title=one.name, load=lambda _viewer: None, icon=one.icon)
    return {"trial": found, "view": TileView(tile, content=found.content) if found.content else None}


@integration.action("test/", done=_("进入试用：只有接入管理员看得到。"))
def test(request: PageRequest, one: Integration) -> None:
    services.begin_test(by=request.actor, one=one)


@integration.action(
    "release/", done=lambda one: _now("已上线。") if one.state == "live" else _now("会带出个人学工号，等另一人复核。")
)
def release(request: PageRequest, one: Integration) -> Integration:
    return services.go_live(by=request.actor, one=one, token=uuid4())


def answered_for(request: PageRequest, public_id: UUID) -> Integration:
    """For who takes systems in, and for whoever holds the post that answers for this one; for others it is not there."""
    found = Integration.objects.filter(public_id=public_id).first()
    if found is None or not (KEEPER.key in request.viewer.roles or living.answers_for(request.viewer, found)):
        raise NotFoundError(what=Integration.what)
    return found


def back_from(request: PageRequest) -> HttpResponse | None:
    """Whoever only answers for it goes back to where he came from."""
    return None if KEEPER.key in request.viewer.roles else HttpResponseRedirect(reverse("portal:systems"))


@integration.form(
    "rest/",
    forms.WordsForm,
    title=_("设为维护"),
    icon="wrench",
    done=_("已设为维护。"),
    allows=lambda _viewer: True,
    subject=Seen(answered_for),
)
def rest(request: PageRequest, form: forms.WordsForm, one: Integration) -> HttpResponse | None:
    services.rest(by=request.actor, one=one, words=form.cleaned_data["words"])
    return back_from(request)


@integration.form(
    "wake/",
    forms.NoFields,
    title=_("结束维护"),
    icon="play",
    done=_("已恢复。"),
    allows=lambda _viewer: True,
    subject=Seen(answered_for),
)
def wake(request: PageRequest, _form: forms.NoFields, one: Integration) -> HttpResponse | None:
    services.wake(by=request.actor, one=one)
    return back_from(request)


@integration.form(
    "retire/",
    ReasonForm,
    title=_("下线"),
    lead=_("密钥销毁，取来的数据删除，大家的收藏去掉；不能恢复，经过留着。"),
    tone="danger",
    done=_("已下线。"),
    to="overview",
)
def retire(request: PageRequest, form: ReasonForm, one: Integration) -> None:
    services.retire(by=request.actor, one=one, reason=form.cleaned_data["reason"])


class Releases(Table):
    name = Link(_("接入项"), "integration__name", to="case")
    address = Text(_("地址"), "integration__address")
    sent = Text(_("带出去的"), lambda one: one.integration.get_sent_display())
    author = Who(_("提出"), "author_name", at="created_at", account="author_id")
    approver = Who(_("复核"), "approver_name", account="approver_id")
    state = Badge(_("状态"), names=IntegrationRelease.State.choices, tones={"applied": "good"}, tone="warn")


desk.proposals(
    "releases/",
    IntegrationRelease,
    Releases,
    title=_("上线复核"),
    tab=_("上线复核"),
    found=IntegrationRelease.objects.select_related("integration"),
    on_approve=lambda by, one: services.agree(by=by, release=one),
    on_refuse=lambda by, one, answer: services.disagree(by=by, release=one, answer=answer),
    empty=Empty(title=_("没有要复核的上线"), icon="plug"),
)


@overview.form(
    "export/", forms.ExportForm, title=_("导出接入清单"), lead=_("一个 TOML 文件，带签名，不含密钥。"), icon="download"
)
def export(request: PageRequest, form: forms.ExportForm) -> HttpResponse:
    text = moving.exported(by=request.actor, passphrase=form.cleaned_data["passphrase"])
    return attachment(HttpResponse(text.encode(), content_type="application/toml"), "integrations.toml")


@overview.form(
    "import/",
    forms.ImportForm,
    title=_("导入接入清单"),
    lead=_("这里没有的代号成为草稿，密钥要再填；已有的不动。"),
    icon="upload",
    done=lambda taken: (
        _now("新增 %(made)s 项，跳过已有的 %(passed)s 项。")
        % {"made": len(taken.made), "passed": len(taken.passed_over)}
    ),
    to="overview",
    largest_file=4_000_000,
)
def take_in(request: PageRequest, form: forms.ImportForm) -> moving.Taken:
    said = form.cleaned_data
    return moving.take(by=request.actor, content=said["file"], passphrase=said["passphrase"])
