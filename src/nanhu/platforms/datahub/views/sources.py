"""Sources (数据源): made in the browser, tried with what came, switched on and off; health in words."""

from typing import Any

from django.forms import CharField, FileField, Form, HiddenInput
from django.forms.models import model_to_dict
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.html import format_html
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.jobs import start_progress
from nanhu.kernel.kit import Empty, Link, Moment, Number, PageRequest, Table, Text, listing
from nanhu.kernel.kit.forms import ReasonForm
from nanhu.kernel.kit.records import record
from nanhu.kernel.sheets.writing import attachment
from nanhu.platforms.datahub.feeding import contracts, forms, health, odcs, services
from nanhu.platforms.datahub.feeding.http import shown_address
from nanhu.platforms.datahub.feeding.large import is_large
from nanhu.platforms.datahub.jobs import rehearse_source
from nanhu.platforms.datahub.models import DataSource
from nanhu.platforms.datahub.views.desk import desk

State = DataSource.State
OFFERED = {
    State.DRAFT: ("change_source", "take_contract", "try_source", "start_source", "rehearse", "retire_source"),
    State.LIVE: (
        "change_source",
        "take_contract",
        "try_source",
        "read_source",
        "rehearse",
        "rest_source",
        "retire_source",
    ),
    State.RESTING: ("change_source", "take_contract", "try_source", "start_source", "rehearse", "retire_source"),
    State.RETIRED: (),
}
OF_READ_ONES = frozenset({"try_source", "read_source", "rehearse"})
NONE = Empty(
    title=_("还没有数据源"), icon="database", text=_("从上面选一种：接口、数据库、SFTP 文件夹，或手工交的文件。")
)


def health_of(made: DataSource) -> str:
    tone, words = health.words_of(made)
    return format_html('<span class="state state-words state-{}">{}</span>', tone, words)


class DataSources(Table):
    name = Link(_("名称"), to="data_source")
    key = Text(_("代号"), is_number=True)
    office = Text(_("负责部门"))
    kind = Text(_("种类"), "get_kind_display")
    every = Text(_("多久读一次"), lambda one: _now("%d 分钟") % one.every_minutes if one.kind != "file" else "—")
    rows = Number(_("行"))
    good_at = Moment(_("最近有效"))
    health = Text(_("健康"), health_of)


@desk.page(
    "sources/",
    title=_("数据源"),
    tab=_("数据源"),
    lead=_("别的系统按约定的间隔读进来，和交来的文件走同一条路：落地、清洗、放行、生效。"),
)
def data_sources(request: PageRequest) -> HttpResponseBase:
    rows = DataSource.objects.order_by("state", "key")
    news = [(one.label, desk.pages[f"new_{one.name}"].address()) for one in forms.OFFERS]
    return listing(
        request, DataSources, rows, empty=NONE, template="datahub/sources.html", facts={"news": news}, per_page=50
    )


@data_sources.page("<uuid:public_id>/", title=_("数据源"), subject=record(DataSource.objects.all(), DataSource.what))
def data_source(request: PageRequest, made: DataSource) -> HttpResponse:
    at = {"public_id": made.public_id}
    names = {"change_source": f"change_{forms.offer_of(made.kind).name}"}
    hidden = OF_READ_ONES if made.kind == "file" else {"rehearse"} if is_large(made) else ()
    offered = [one for one in OFFERED[State(made.state)] if one not in hidden]
    facts = {
        "made": made,
        "health": health_of(made),
        "facts": facts_of(made),
        "days": desk.pages["source_days"].address(**at),
        "to": {name: desk.pages[names.get(name, name)].address(**at) for name in offered},
    }
    return render(request, "datahub/source.html", facts)


def facts_of(made: DataSource) -> list[tuple[Any, Any]]:
    shown: list[tuple[Any, Any]] = [
        (_("负责部门"), made.office),
        (_("种类"), made.get_kind_display()),
        (_("读进"), dict(forms.targets()).get(made.fills, made.fills)),
        (
            _("各列"),
            "；".join(f"{forms.label_of(made.fills, ours)} = {theirs}" for ours, theirs in made.columns.items()) or "—",
        ),
    ]
    if made.keeps_empty:
        shown.append((_("空格子"), _("没有说：保持原来的值")))
    if made.kind != DataSource.Kind.FILE:
        expected = f"{made.expected_rows} ± {made.tolerance}%" if made.expected_rows else "—"
        shown += [
            (_("地址"), shown_address(made.address)),
            *([(_("对方主机密钥的指纹"), made.host_key)] if made.host_key else []),
            *([(_("对方的证书（PEM）"), _("已保存"))] if made.tls_roots else []),
            (_("密钥"), _("已保存") if made.secret else "—"),
            (_("多久读一次"), _now("%d 分钟") % made.every_minutes),
            (_("多久没更新算中断"), _now("%d 分钟") % made.stale_minutes),
            (_("应有多少行"), expected),
            (_("最近一批"), f"#{made.batch_id}" if made.batch_id else "—"),
            *([(_("日志断过"), made.position["anew"])] if made.position.get("anew") else []),
        ]
    return shown


def hang_forms(offer: forms.Offer) -> None:
    """The form to make one of a kind and the form to change one."""

    def new(request: PageRequest, given: forms.HeadForm) -> DataSource:
        return services.make(by=request.actor, facts=given.facts())

    def change(request: PageRequest, given: forms.HeadForm, made: DataSource) -> None:
        services.change(by=request.actor, made=made, facts=given.facts())

    def said_of(_request: PageRequest, made: DataSource) -> dict[str, Any]:
        return model_to_dict(made, exclude=["secret"])

    def target_of(_request: PageRequest, made: DataSource) -> dict[str, Any]:
        return {"fills": made.fills}

    new.__name__, change.__name__ = f"new_{offer.name}", f"change_{offer.name}"
    title = _("新建数据源：%(kind)s") % {"kind": offer.label}
    data_sources.form(
        f"new/{offer.name}/", offer.form, title=title, done=_("已存。试一次，再启用。"), to="data_source"
    )(new)
    data_source.form(
        f"change/{offer.name}/",
        offer.to_change,
        title=_("改这个数据源"),
        lead=_("改地址、密钥、取数方法或各列，要重新试一次再启用；改名称、间隔、行数约定，立刻生效。"),
        subject=record(DataSource.objects.filter(kind__in=offer.form.kinds), DataSource.what),
        initial=said_of,
        arguments=target_of,
        done=_("已改。"),
    )(change)


for _offer in forms.OFFERS:
    hang_forms(_offer)


class ContractForm(Form):
    """`text`: what was read of the file, for the second press, with which a browser sends two characters for the end of a line."""

    file = FileField(label=_("约定文件"), help_text=_("ODCS 3 的 YAML：先下载，改好再交上来。密钥不在里面，也不改。"))
    text = CharField(widget=HiddenInput, required=False, strip=False, max_length=2 * contracts.LARGEST)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["file"].required = not self.data.get("text")

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        uploaded = said.get("file")
        if uploaded:
            said["text"] = self.text_of(uploaded)
        given: Any = self.data
        given = given.copy()
        given["text"] = said.get("text", "")
        self.data = given
        return said

    def text_of(self, uploaded: Any) -> str:
        content: bytes = uploaded.read(contracts.LARGEST + 1)
        try:
            if len(content) <= contracts.LARGEST:
                return content.decode("utf-8-sig")
            self.add_error("file", _("文件太大。"))
        except UnicodeDecodeError:
            self.add_error("file", _("不是 UTF-8 的文字。"))
        return ""


@data_source.download("contract.yaml")
def contract(_request: PageRequest, made: DataSource) -> HttpResponseBase:
    """For whoever supplies the data, for catalogues, and to be handed in again."""
    answer = HttpResponse(odcs.written(made), content_type="application/yaml; charset=utf-8")
    return attachment(answer, f"{made.key}.odcs.yaml")


def contract_in(_request: PageRequest, form: ContractForm, made: DataSource) -> contracts.Contract:
    return contracts.read(form.cleaned_data["text"].encode(), made)


@data_source.form(
    "contract/",
    ContractForm,
    title=_("按约定文件改"),
    lead=_("先看会改什么，再改。与在表单里改一样：改地址、取数方法或各列，要重新试一次再启用；其余立刻生效。"),
    submit=_("看会改什么"),
    icon="file-up",
    largest_file=contracts.LARGEST * 4,
    template="datahub/contract.html",
    preview=contract_in,
    done=lambda changed: _now("已按约定改：%s。") % ("、".join(changed) or _now("没有不同")),
)
def take_contract(request: PageRequest, form: ContractForm, made: DataSource) -> list[str]:
    said = contract_in(request, form, made)
    services.change(by=request.actor, made=made, facts=said.facts)
    return [one.label for one in said.changes]


@data_source.lookup(
    "try/",
    Form,
    title=_("试一次"),
    lead=_("读前几行，不写入任何数据。"),
    submit=_("试一次"),
    icon="flask-conical",
    template="datahub/source_trial.html",
)
def try_source(request: PageRequest, _form: Form, made: DataSource) -> dict[str, Any]:
    return {"trial": services.try_once(by=request.actor, made=made)}


@data_source.action("start/", done=_("已启用，马上读第一次。"))
def start_source(request: PageRequest, made: DataSource) -> None:
    services.go_live(by=request.actor, made=made)


@data_source.action("read/", done=_("马上读。"))
def read_source(request: PageRequest, made: DataSource) -> None:
    services.read_now(by=request.actor, made=made)


@data_source.action("rehearse/")
def rehearse(request: PageRequest, made: DataSource) -> HttpResponseRedirect:
    progress = start_progress(kind="datahub.import", title=_now("试运行 %s") % made.name, total=0, by=request.actor)
    rehearse_source.defer(
        source_id=made.pk,
        progress_id=str(progress.public_id),
        account_id=request.actor.account_id,
        actor=request.viewer.name,
    )
    return redirect("progress", public_id=progress.public_id)


@data_source.form("rest/", ReasonForm, title=_("暂停读取"), submit=_("暂停"), icon="pause", done=_("已暂停。"))
def rest_source(request: PageRequest, form: ReasonForm, made: DataSource) -> None:
    services.rest(by=request.actor, made=made, reason=form.cleaned_data["reason"])


@data_source.form(
    "retire/", ReasonForm, title=_("停用数据源"), submit=_("停用"), tone="danger", icon="archive", done=_("已停用。")
)
def retire_source(request: PageRequest, form: ReasonForm, made: DataSource) -> None:
    services.retire(by=request.actor, made=made, reason=form.cleaned_data["reason"])
