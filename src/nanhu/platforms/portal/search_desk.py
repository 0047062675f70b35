"""The desk of the search (搜索词): synonyms, one by one and by sheet, and words that found nothing."""

from collections.abc import Sequence
from typing import Final

from django import forms
from django.http import HttpResponseBase
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import folding
from nanhu.kernel.kit import (
    Console,
    Day,
    Empty,
    Filters,
    Markup,
    Number,
    PageRequest,
    Search,
    Table,
    Text,
    Who,
    listing,
)
from nanhu.kernel.kit.cases import rows_in
from nanhu.kernel.kit.forms import FileForm
from nanhu.kernel.kit.records import record
from nanhu.kernel.registry import Role, roles
from nanhu.kernel.sheets import Checked, Column, Line, Sheet, phrase
from nanhu.platforms.portal.models import SearchSynonym
from nanhu.platforms.portal.search import missing, synonyms

KEEPER = Role(key="portal.search", name=_("搜索词管理"), description=_("维护统一搜索的同义词"))
roles.add(KEEPER)
desk = Console(
    "portal:words",
    _("搜索词"),
    icon="book-a",
    owner=_("信息中心"),
    description=_("统一搜索的同义词，和没有搜到的词"),
    roles=[KEEPER],
    order=980,
)
LONGEST: Final = 30
SHEET: Final = Sheet(
    Column("word", "大家怎么说", kind=phrase(LONGEST), needed=True, width=20),
    Column("means", "这里叫什么", kind=phrase(LONGEST), needed=True, width=20),
    most=2_000,
    named_by=("word",),
)
"""What 导出 hands out is such a sheet."""
NO_LETTER: Final = _("请写至少一个字。")


class Synonyms(Table):
    word = Text(_("大家怎么说"))
    means = Text(_("这里叫什么"))
    author = Who(_("登记人"), "author_name", at="created_at")
    action = Markup(_("操作"), "portal/_synonym.html")


class SynonymFilters(Filters):
    q = Search("word", "means")


class SynonymForm(forms.Form):
    word = forms.CharField(label=_("大家怎么说"), max_length=LONGEST, help_text=_("例：补卡"))
    means = forms.CharField(label=_("这里叫什么"), max_length=LONGEST, help_text=_("例：校园卡补办"))

    def clean_word(self) -> str:
        word = folding.query_of(self.cleaned_data["word"])
        if not word:
            raise forms.ValidationError(NO_LETTER)
        return word

    def clean_means(self) -> str:
        if not folding.query_of(self.cleaned_data["means"]):
            raise forms.ValidationError(NO_LETTER)
        return str(self.cleaned_data["means"])


@desk.page("", title=_("同义词"), tab=_("同义词"), lead=_("搜左边的词，也按右边的说法找。登记后十几秒内生效。"))
def known(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("还没有同义词"), icon="book-a", action=_("登记第一个"), to="add")
    rows = SearchSynonym.objects.order_by("word", "means")
    return listing(
        request, Synonyms, rows, SynonymFilters, empty=none, export_as="同义词", template="portal/synonyms.html"
    )


@desk.form(
    "new/", SynonymForm, title=_("登记同义词"), button=_("登记同义词"), icon="plus", done=_("已登记。"), to="known"
)
def add(request: PageRequest, form: SynonymForm) -> None:
    synonyms.add(by=request.actor, **form.cleaned_data)


class SheetForm(FileForm):
    file = forms.FileField(
        label=_("表格"), help_text=_(".xlsx 或 .csv，两列：大家怎么说、这里叫什么；导出的表就是样子")
    )


def judged(lines: Sequence[Line]) -> Checked[Line]:
    faults = [fault for line in lines for fault in line.faults()]
    faults += [
        line.fault("word", str(NO_LETTER)) for line in lines if line["word"] and not folding.query_of(line["word"])
    ]
    return Checked(list(lines), faults)


@known.form(
    "sheet/",
    SheetForm,
    title=_("按表格登记"),
    icon="sheet",
    template="portal/synonym_sheet.html",
    done=lambda count: str(_("新登记 %(count)s 个。") % {"count": count}),
    largest_file=SheetForm.largest,
)
def add_sheet(request: PageRequest, form: SheetForm) -> int:
    """All lines or none; what is known already stays."""
    lines = rows_in(request, SHEET, form.cleaned_data["file"], judged)
    return synonyms.add_all(by=request.actor, pairs=[(line.meant("word"), line.meant("means")) for line in lines])


@known.action("<int:pk>/remove/", subject=record(SearchSynonym.objects.all(), _("这个同义词")), done=_("已去掉。"))
def remove(request: PageRequest, synonym: SearchSynonym) -> None:
    synonyms.remove(by=request.actor, synonym=synonym)


class Missed(Table):
    word = Text(_("搜的词"), lambda row: row["word"])
    persons = Number(_("多少人"), lambda row: row["persons"])
    last = Day(_("最近一次"), lambda row: row["last"])


@desk.page(
    "missed/",
    title=_("没有搜到的词"),
    tab=_("没搜到的"),
    lead=_("近三十天里至少五个人搜过、什么也没找到的词。只记词，不记是谁。"),
)
def missed(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("没有这样的词"), icon="search-check", text=_("大家搜的都有着落。"))
    return listing(request, Missed, missing.words_missed(), empty=none, export_as="没搜到的词")
