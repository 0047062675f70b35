"""The desk of print: templates of the school, and what was issued."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpResponse, HttpResponseBase
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.clock import campus_today
from nanhu.kernel.errors import NotFoundError
from nanhu.kernel.kit import (
    Badge,
    Console,
    Day,
    Empty,
    Filters,
    Markup,
    Moment,
    PageRequest,
    Search,
    Table,
    Text,
    listing,
)
from nanhu.kernel.kit.forms import FileForm, ReasonForm
from nanhu.kernel.kit.records import record
from nanhu.kernel.printing import services
from nanhu.kernel.printing.models import PrintedDocument, PrintTemplate
from nanhu.kernel.printing.papers import Paper, papers
from nanhu.kernel.registry import Role
from nanhu.kernel.ui.widgets import DayInput

KEEPER = "printing.keeper"
LIVING = PrintTemplate.objects.filter(withdrawn_at=None)

desk = Console(
    "printing",
    _("打印模板"),
    icon="printer",
    owner=_("信息中心"),
    description=_("证明、对账单等打印件的模板，已出具的文件"),
    roles=[Role(key=KEEPER, name=_("打印管理员"), description=_("更换打印模板，作废已出具的文件"))],
    order=48,
)


class TemplateForm(FileForm):
    file = forms.FileField(label=_("typst 模板（.typ）"), help_text=_("UTF-8 文本；用示例数据试排通过才收"))
    starts_on = forms.DateField(label=_("从哪天起"), widget=DayInput(), initial=campus_today)
    reason = forms.CharField(label=_("依据"), max_length=120)

    def clean_file(self) -> Any:
        try:
            text = super().clean_file().decode("utf-8-sig")
        except UnicodeDecodeError as other:
            raise forms.ValidationError(_("不是 UTF-8 文本。")) from other
        if "\0" in text:
            raise forms.ValidationError(_("不是 UTF-8 文本。"))
        return text


@dataclass(frozen=True, slots=True)
class PaperLine:
    """A paper as the list tells it: with the template of now."""

    paper: Paper
    template: PrintTemplate | None

    @property
    def state(self) -> str:
        return "own" if self.template else "room"


class Papers(Table):
    name = Text(_("打印件"), "paper__name")
    key = Text(_("代码"), "paper__key", is_number=True)
    state = Badge(_("模板"), names={"own": _("本校模板"), "room": _("系统自带")}, tones={"own": "good"}, tone="none")
    actions = Markup(_("操作"), "printing/_paper.html")


def paper_with(key: str) -> Paper:
    paper = papers.get(key)
    if paper is None:
        raise NotFoundError(what=_("这种打印件"))
    return paper


def lines() -> Iterator[PaperLine]:
    for paper in papers:
        yield PaperLine(paper, services.in_force(paper))


@desk.page("", title=_("打印模板"), tab=_("各种打印件"), lead=_("每种打印件都可以换成本校的模板，从指定的日子起用。"))
def all_papers(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("还没有打印件"), icon="printer", text=_("各系统登记的打印件列在这里。"))
    return listing(request, Papers, list(lines()), empty=none)


@all_papers.page("papers/<str:key>/sample.pdf", title=_("预览"), subject=paper_with)
def sample(_request: PageRequest, paper: Paper) -> HttpResponseBase:
    return shown(services.preview(paper, services.in_force(paper)))


@all_papers.form(
    "papers/<str:key>/replace/",
    TemplateForm,
    title=_("更换模板"),
    lead=_("先下载现用模板改好再上传；排不出示例的模板不收，并指出行号。"),
    submit=_("更换"),
    subject=paper_with,
    to="templates",
    done=_("新模板已收，到日子起用。请打开预览看一遍。"),
)
def replace(request: PageRequest, form: TemplateForm, paper: Paper) -> None:
    said = form.cleaned_data
    services.replace_template(
        by=request.actor, paper=paper, text=said["file"], starts_on=said["starts_on"], reason=said["reason"]
    )


@all_papers.page("papers/<str:key>/template.typ", title=_("现用模板"), subject=paper_with)
def present(_request: PageRequest, paper: Paper) -> HttpResponseBase:
    template = services.in_force(paper)
    text = template.text if template else paper.template.read_text("utf-8")
    return HttpResponse(text, content_type="text/plain; charset=utf-8", headers=saved_as(f"{paper.key}.typ"))


class Templates(Table):
    ordering = ("-starts_on",)
    paper = Text(_("打印件"), lambda template: getattr(papers.get(template.paper), "name", template.paper))
    starts_on = Day(_("从哪天起"))
    reason = Text(_("依据"), is_wide=True)
    created_by_name = Text(_("上传人"))
    actions = Markup(_("操作"), "printing/_template.html")


@desk.page("templates/", title=_("本校模板"), tab=_("本校模板"))
def templates(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("还没有换过模板"), icon="printer", text=_("各种打印件都用系统自带的模板。"))
    return listing(request, Templates, LIVING.all(), empty=none)


@templates.page("<uuid:public_id>/preview.pdf", title=_("预览"), subject=record(LIVING, _("这个模板")))
def preview(_request: PageRequest, template: PrintTemplate) -> HttpResponseBase:
    return shown(services.preview(paper_with(template.paper), template))


@templates.form(
    "<uuid:public_id>/withdraw/",
    ReasonForm,
    title=_("撤回模板"),
    lead=_("之前的模板重新起用；用它印过的文件不变。"),
    submit=_("撤回"),
    tone="danger",
    subject=record(LIVING, _("这个模板")),
    done=_("已撤回。"),
)
def withdraw(request: PageRequest, form: ReasonForm, template: PrintTemplate) -> None:
    services.withdraw_template(by=request.actor, template=template, reason=form.cleaned_data["reason"])


class Documents(Table):
    ordering = ("-issued_at",)
    number = Text(_("编号"), is_number=True)
    paper = Text(_("打印件"), lambda document: getattr(papers.get(document.paper), "name", document.paper))
    holder_masked = Text(_("姓名"))
    issued_at = Moment(_("出具时间"))
    issued_by_name = Text(_("出具人"))
    state = Badge(
        _("状态"),
        lambda document: "revoked" if document.revoked_at else "valid",
        names={"revoked": _("已作废"), "valid": _("有效")},
        tones={"valid": "good"},
        tone="bad",
    )
    actions = Markup(_("操作"), "printing/_document.html")


class DocumentFilters(Filters):
    q = Search("number", "code")


@desk.page("documents/", title=_("已出具的文件"), tab=_("已出具"))
def documents(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("还没有出具过文件"), icon="printer", text=_("打印出来带验证码的文件列在这里。"))
    return listing(
        request, Documents, PrintedDocument.objects.all(), DocumentFilters, empty=none, export_as="已出具的文件"
    )


@documents.form(
    "<uuid:public_id>/revoke/",
    ReasonForm,
    title=_("作废文件"),
    lead=_("作废后验证页写明已作废，编号不再使用；不能撤销。"),
    submit=_("作废"),
    tone="danger",
    subject=record(PrintedDocument.objects.filter(revoked_at=None), _("这份文件")),
    done=_("已作废。"),
)
def revoke(request: PageRequest, form: ReasonForm, document: PrintedDocument) -> None:
    services.revoke(by=request.actor, document=document, reason=form.cleaned_data["reason"])


def shown(pdf: bytes) -> HttpResponse:
    return HttpResponse(pdf, content_type="application/pdf", headers=saved_as("preview.pdf"))


def saved_as(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
