"""What everybody reads: phones with who is there now, official accounts, questions and answers."""

import segno
from django.db.models import Q
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import folding
from nanhu.kernel.kit import (
    Console,
    Empty,
    Filters,
    FoldedSearch,
    Link,
    Markup,
    PageRequest,
    Table,
    Text,
    Views,
    answering,
    listing,
)
from nanhu.kernel.kit.records import record
from nanhu.kernel.sheets.writing import attachment
from nanhu.services.directory import queries
from nanhu.services.directory.models import Account, Answer, Phone

book = Console(
    "directory:book",
    _("校内电话"),
    icon="phone",
    owner=_("信息中心"),
    description=_("各单位的电话和办公时间、公众号、常见问答"),
    allows=lambda _viewer: True,
    section="service",
    order=15,
)


class Phones(Table):
    name = Link(_("办什么"), to="phone")
    number = Markup(_("号码"), "directory/_number.html")
    now = Text(_("现在"), queries.opening_words)
    unit = Text(_("单位"), "unit__name")
    place = Text(_("地点"), "place__name")


class PhoneFilters(Filters):
    q = FoldedSearch(label=_("名称、单位、拼音或号码"))
    show = Views({"emergency": (_("应急"), Q(is_emergency=True))})


@book.page("", title=_("校内电话"), tab=_("电话"), lead=_("点号码就拨。号码由各单位自己维护，每年确认一次。"))
def phones(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("没有这样的电话"), icon="phone-off", text=_("换个说法，或用拼音首字母试试。"))
    return listing(request, Phones, queries.phones(), PhoneFilters, empty=none)


@phones.page("<uuid:public_id>/", title=_("电话"), subject=record(queries.phones(), Phone.what))
def phone(request: PageRequest, found: Phone) -> HttpResponse:
    facts = {
        "phone": found,
        "now": queries.opening_words(found),
        "is_unconfirmed": queries.is_unconfirmed(found),
        "card": card.address(public_id=found.public_id),
    }
    return render(request, "directory/phone.html", facts)


@phone.download("unit.vcf")
def card(_request: PageRequest, found: Phone) -> HttpResponseBase:
    """All phones of its unit, for the phone's own book."""
    rows = queries.phones().filter(unit_id=found.unit_id)
    return attachment(HttpResponse(queries.vcards(rows), content_type="text/vcard; charset=utf-8"), "单位电话.vcf")


@book.page("accounts/", title=_("公众号吧"), tab=_("公众号"), lead=_("学校和各单位的公众号。在手机上长按二维码关注。"))
def accounts(request: PageRequest) -> HttpResponse:
    wanted = folding.query_of(request.GET.get("q", ""))
    rows = queries.living(Account).filter(answering(wanted)).order_by("unit__code", "name")
    shown = [
        (
            one,
            segno.make(one.address, error="m").svg_data_uri(scale=4, border=2, light="#ffffff"),
            queries.is_unconfirmed(one),
        )
        for one in rows
    ]
    return render(request, "directory/accounts.html", {"accounts": shown, "search_text": wanted})


class Answers(Table):
    question = Link(_("问题"), to="answer")
    unit = Text(_("谁回答"), "unit__name")


class AnswerFilters(Filters):
    q = FoldedSearch(label=_("问题里的词、拼音"))


@book.page("answers/", title=_("常见问答"), tab=_("问答"), lead=_("各单位把常问的写在这里，一次答清。"))
def answers(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("没有这样的问答"), icon="circle-question-mark", text=_("换个说法，或打相关单位的电话。"))
    return listing(
        request, Answers, queries.living(Answer).order_by("unit__code", "question"), AnswerFilters, empty=none
    )


@answers.page("<uuid:public_id>/", title=_("问答"), subject=record(queries.living(Answer), Answer.what))
def answer(request: PageRequest, found: Answer) -> HttpResponse:
    facts = {"answer": found, "is_unconfirmed": queries.is_unconfirmed(found)}
    facts["phones"] = queries.phones().filter(unit_id=found.unit_id)[:3]
    return render(request, "directory/answer.html", facts)


@answers.download("answers.md")
def answers_file(_request: PageRequest) -> HttpResponseBase:
    text = queries.markdown_of(queries.living(Answer).order_by("unit__code", "question"))
    return attachment(HttpResponse(text, content_type="text/markdown; charset=utf-8"), "常见问答.md")
