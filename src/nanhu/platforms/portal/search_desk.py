"""The desk of the search (搜索词): synonyms, and words that found nothing."""

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
from nanhu.kernel.kit.records import record
from nanhu.kernel.registry import Role, roles
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


class Synonyms(Table):
    word = Text(_("大家怎么说"))
    means = Text(_("这里叫什么"))
    author = Who(_("登记人"), "author_name", at="created_at")
    action = Markup(_("操作"), "portal/_synonym.html")


class SynonymFilters(Filters):
    q = Search("word", "means")


class SynonymForm(forms.Form):
    word = forms.CharField(label=_("大家怎么说"), max_length=30, help_text=_("例：补卡"))
    means = forms.CharField(label=_("这里叫什么"), max_length=30, help_text=_("例：校园卡补办"))

    def clean_word(self) -> str:
        word = folding.query_of(self.cleaned_data["word"])
        if not word:
            raise forms.ValidationError(_("请写至少一个字。"))
        return word

    def clean_means(self) -> str:
        if not folding.query_of(self.cleaned_data["means"]):
            raise forms.ValidationError(_("请写至少一个字。"))
        return str(self.cleaned_data["means"])


@desk.page("", title=_("同义词"), tab=_("同义词"), lead=_("搜左边的词，也按右边的说法找。登记后十几秒内生效。"))
def known(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("还没有同义词"), icon="book-a", action=_("登记第一个"), to="add")
    rows = SearchSynonym.objects.order_by("word", "means")
    return listing(request, Synonyms, rows, SynonymFilters, empty=none, export_as="同义词")


@desk.form(
    "new/", SynonymForm, title=_("登记同义词"), button=_("登记同义词"), icon="plus", done=_("已登记。"), to="known"
)
def add(request: PageRequest, form: SynonymForm) -> None:
    synonyms.add(by=request.actor, **form.cleaned_data)


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
