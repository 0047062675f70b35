"""What everybody reads: phones with who is there now, who has duty, official accounts, questions and answers; and one's own duties."""

from collections.abc import Mapping
from typing import Any, Final

from django.db.models import Q, QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.clock import now
from nanhu.kernel.kit import (
    Choice,
    Console,
    Empty,
    Filters,
    FoldedSearch,
    Link,
    Markup,
    Page,
    PageRequest,
    Search,
    Table,
    Text,
    Views,
    listing,
)
from nanhu.kernel.kit.calendars import Calendar, CalendarFilters
from nanhu.kernel.kit.records import Seen, record, seen
from nanhu.kernel.kit.waiting import own_count
from nanhu.kernel.registry import Viewer
from nanhu.kernel.sheets.writing import attachment
from nanhu.kernel.ui import qr
from nanhu.kernel.ui.words import called
from nanhu.services.directory import queries
from nanhu.services.directory.forms import ExchangeForm, MobileForm, WrongForm
from nanhu.services.directory.models import Account, Answer, Duty, DutyExchange, Phone, StaffMobile
from nanhu.services.directory.services import exchanging, keeping, mobiles

ON_DUTY_SHOWN: Final = 12
MINE_SHOWN: Final = 20
EXCHANGES_SHOWN: Final = 5
SAID_TO: Final = _("单位负责人、副职、秘书会收到消息，看到您写的话，看不到是谁。")

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
    name = Link(_("办什么"), "called", to="phone", sort="name")
    number = Markup(_("号码"), "directory/_number.html")
    now = Text(_("现在"), queries.opening_words)
    unit = Text(_("单位"), "unit__name", is_term=True)
    place = Text(_("地点"), "place__name", is_term=True)


class PhoneSearch(FoldedSearch):
    """Where nothing answers, by what it sounds like: a slip of the finger is no dead end."""

    def condition(self, given: Mapping[str, Any]) -> Q | None:
        answers = super().condition(given)
        if answers is None or queries.phones().filter(answers).exists():
            return answers
        return Q(pk__in=queries.phones_like(given[""]))


class PhoneFilters(Filters):
    q = PhoneSearch(label=_("名称、单位、拼音或号码"))
    show = Views({"emergency": (_("应急"), Q(is_emergency=True))})


@book.page("", title=_("校内电话"), tab=_("电话"), lead=_("点号码就拨。号码由各单位自己维护，每年确认一次。"))
def phones(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("没有这样的电话"), icon="phone-off", text=_("换个说法，或用拼音首字母试试。"))
    facts = {"on_duty": queries.with_holders(queries.on_duty_now()[:ON_DUTY_SHOWN]), "all_duties": duty.address()}
    return listing(
        request,
        Phones,
        queries.phones(),
        PhoneFilters,
        each=queries.with_hours,
        empty=none,
        template="directory/phones.html",
        facts=facts,
    )


@phones.page("<uuid:public_id>/", title=_("电话"), subject=record(queries.phones(), Phone.what))
def phone(request: PageRequest, found: Phone) -> HttpResponse:
    queries.with_hours([found])
    facts = {
        "phone": found,
        "now": queries.opening_words(found),
        "is_unconfirmed": queries.is_unconfirmed(found),
        "card": card.address(public_id=found.public_id),
        "has_mobiles": bool(mobiles.of_unit(request.viewer, found.unit.code)),
        "wrong": phone_wrong.address(public_id=found.public_id),
    }
    return render(request, "directory/phone.html", facts)


@phone.form(
    "wrong/",
    WrongForm,
    title=_("告诉这个单位：不对"),
    lead=SAID_TO,
    submit=_("告诉"),
    done=_("已告诉这个单位。"),
    to="phone",
)
def phone_wrong(request: PageRequest, form: WrongForm, found: Phone) -> None:
    keeping.say_wrong(by=request.actor, row=found, words=form.cleaned_data["words"])


@phone.download("unit.vcf", posts=True)
def card(request: PageRequest, found: Phone) -> HttpResponseBase:
    """All phones of its unit, for the phone's own book; by a press with the mobiles of its staff that the reader may have, each a look."""
    rows = queries.phones().filter(unit_id=found.unit_id)
    own = []
    if request.method == "POST":
        own = mobiles.numbers_of(by=request.actor, viewer=request.viewer, unit_code=found.unit.code)
    return attachment(HttpResponse(queries.vcards(rows, own), content_type="text/vcard; charset=utf-8"), "单位电话.vcf")


class Staff(Table):
    name = Link(_("姓名"), to="staff_member", sort="person__pinyin")
    unit = Text(_("单位"), sort=False, is_term=True)


class StaffFilters(Filters):
    q = Search("person__name", "person__pinyin", label=_("姓名或拼音"))


def is_member(viewer: Viewer) -> bool:
    return bool(viewer.faces & {mobiles.STAFF, "student"})


@book.page(
    "staff/",
    title=_("教职工手机"),
    tab=_("教职工手机"),
    lead=_("自己愿意放在这里的。看一次号码记一次，本人看得到。"),
    allows=is_member,
)
def staff(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("没有教职工把手机号放在这里"), icon="smartphone", text=_("打单位的电话。"))
    rows = mobiles.readable(request.viewer).order_by("person__pinyin", "pk")
    facts = {"own": own_mobile.address() if mobiles.may_say(request.viewer) else ""}
    return listing(
        request,
        Staff,
        rows,
        StaffFilters,
        each=mobiles.with_names,
        empty=none,
        template="directory/staff.html",
        facts=facts,
    )


@staff.page(
    "<uuid:public_id>/",
    title=_("教职工手机"),
    subject=seen(mobiles.readable, StaffMobile.what),
    allows=is_member,
    posts=True,
)
def staff_member(request: PageRequest, found: StaffMobile) -> HttpResponse:
    """The number by a press, which is written down."""
    mobiles.with_names([found])
    facts = {"found": found, "number": ""}
    if request.method == "POST":
        facts["number"] = mobiles.number_of(by=request.actor, viewer=request.viewer, row=found)
    return render(request, "directory/staff_member.html", facts)


@staff.form(
    "mine/",
    MobileForm,
    title=_("我的手机号给谁看"),
    allows=mobiles.may_say,
    initial=lambda request: {"audience": mobiles.audience_of(request.person_id)},
    done=_("已记下。"),
    to="staff",
)
def own_mobile(request: PageRequest, form: MobileForm) -> None:
    mobiles.say(by=request.actor, person_id=request.person_id, audience=form.cleaned_data["audience"])


class Duties(Table):
    when = Text(_("时间"), sort="begins_at")
    unit = Text(_("单位"), "unit__name", is_term=True)
    task = Text(_("任务"), lambda one: called(one.task), sort="task")
    who = Text(_("谁"), sort=False)
    phone = Markup(_("电话"), "directory/_duty_phone.html")
    place = Text(_("地点"), "place__name", is_term=True, is_wide=True)


class DutyFilters(Filters):
    q = FoldedSearch(label=_("单位、姓名或拼音"))


@book.page("duty/", title=_("值班"), tab=_("值班"), lead=_("今天起各单位谁值班。"))
def duty(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("还没有发布值班表"), icon="clock", text=_("值班表由各单位在“值班安排”里发布。"))
    return listing(
        request,
        Duties,
        queries.coming_duties(),
        DutyFilters,
        each=queries.with_holders,
        empty=none,
        per_page=30,
        template="directory/duties.html",
        facts={"ways": ways_to_see(duty)},
    )


class DutyCalendarFilters(CalendarFilters):
    q = FoldedSearch(label=_("单位、姓名或拼音"))
    unit = Choice(_("单位"), queries.units_on_duty, field="unit__code")


@duty.page("calendar/", title=_("值班日历"), lead=_("今天起各单位谁值班。"))
def duty_calendar(request: PageRequest) -> HttpResponse:
    asked = DutyCalendarFilters(request.GET, request.viewer)
    calendar = Calendar.of_address(asked)
    rows = asked.narrow(queries.running(calendar.first, calendar.last))
    facts = {
        "calendar": calendar,
        "days": calendar.days(queries.shown_by_day(rows, calendar.first).__getitem__),
        "narrowing": {"filters": asked},
        "ways": ways_to_see(duty_calendar),
    }
    return render(request, "directory/duty_calendar.html", facts)


def ways_to_see(current: Page) -> list[tuple[Any, str, bool]]:
    return [(word, one.address(), one is current) for word, one in ((_("表格"), duty), (_("日历"), duty_calendar))]


def exchanges_waiting(person_id: Any) -> Any:
    return exchanging.open_exchanges().filter(other=person_id)


@book.page(
    "duty/mine/",
    title=_("我的值班"),
    tab=_("我的值班"),
    allows=lambda viewer: viewer.faces != {"student"},
    count=own_count("directory.exchanges", exchanges_waiting),
    waits=True,
)
def mine(request: PageRequest) -> HttpResponse:
    """What is ahead, with the button to exchange it; what others asked, and what was asked of others."""
    me = request.viewer.person_id
    exchanges = DutyExchange.objects.select_related("given__unit", "taken__unit").order_by("-created_at")
    facts = {
        "duties": [
            (one, exchange.address(public_id=one.public_id) if one.person_id == me and one.begins_at > now() else "")
            for one in queries.own_duties(request.viewer).filter(ends_at__gt=now())[:MINE_SHOWN]
        ],
        "asked": [
            (one, accept.address(public_id=one.public_id), decline.address(public_id=one.public_id))
            for one in exchanges.filter(pk__in=exchanges_waiting(me or 0).values("pk"))
        ],
        "own": [
            (one, withdraw.address(public_id=one.public_id) if one.state == DutyExchange.State.OPEN else "")
            for one in exchanges.filter(author=me or 0)[:EXCHANGES_SHOWN]
        ],
    }
    return render(request, "directory/mine.html", facts)


def own_ahead(viewer: Viewer) -> QuerySet[Duty]:
    return queries.duties().filter(person=viewer.person_id or 0, begins_at__gt=now())


@mine.form(
    "<uuid:public_id>/exchange/",
    ExchangeForm,
    title=_("换班"),
    lead=_("选同事的一个班次。对方同意后才换，之前各值各的。"),
    submit=_("请对方换"),
    subject=seen(own_ahead, Duty.what),
    arguments=lambda _request, found: {"given": found},
    to="mine",
    done=_("已发给对方，等他答复。"),
)
def exchange(request: PageRequest, form: ExchangeForm, found: Duty) -> None:
    said = form.cleaned_data
    exchanging.ask(
        by=request.actor,
        token=said["token"],
        person_id=request.person_id,
        given=found,
        taken=said["taken"],
        reason=said["reason"],
    )


def seen_exchange(whose: str) -> Seen:
    """One of the two; to anybody else there is none."""
    return seen(lambda viewer: DutyExchange.objects.filter(**{whose: viewer.person_id or 0}), DutyExchange.what)


def state_words(made: DutyExchange) -> str:
    return f"{made.get_state_display()}。"


@mine.action("exchanges/<uuid:public_id>/accept/", subject=seen_exchange("other"), done=state_words)
def accept(request: PageRequest, found: DutyExchange) -> DutyExchange:
    return exchanging.accept(by=request.actor, person_id=request.person_id, exchange=found)


@mine.action("exchanges/<uuid:public_id>/decline/", subject=seen_exchange("other"), done=_("已答复不换。"))
def decline(request: PageRequest, found: DutyExchange) -> None:
    exchanging.decline(by=request.actor, person_id=request.person_id, exchange=found)


@mine.action("exchanges/<uuid:public_id>/withdraw/", subject=seen_exchange("author"), done=_("已收回。"))
def withdraw(request: PageRequest, found: DutyExchange) -> None:
    exchanging.withdraw(by=request.actor, person_id=request.person_id, exchange=found)


class AccountFilters(Filters):
    q = FoldedSearch(label=_("名称、单位或拼音"))


@book.page("accounts/", title=_("公众号吧"), tab=_("公众号"), lead=_("学校和各单位的公众号。在手机上长按二维码关注。"))
def accounts(request: PageRequest) -> HttpResponse:
    filters = AccountFilters(request.GET)
    rows = filters.narrow(queries.living(Account)).order_by("unit__code", "name")
    shown = [(one, qr.picture(one.address, scale=4), queries.is_unconfirmed(one)) for one in rows]
    return render(request, "directory/accounts.html", {"accounts": shown, "narrowing": {"filters": filters}})


class Answers(Table):
    question = Link(_("问题"), "called", to="answer", sort="question")
    unit = Text(_("谁回答"), "unit__name", is_term=True)


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
    facts: dict[str, Any] = {"wrong": answer_wrong.address(public_id=found.public_id)}
    facts |= {"answer": found, "is_unconfirmed": queries.is_unconfirmed(found)}
    facts["phones"] = queries.phones().filter(unit_id=found.unit_id)[:3]
    return render(request, "directory/answer.html", facts)


@answer.form(
    "wrong/",
    WrongForm,
    title=_("告诉这个单位：不对"),
    lead=SAID_TO,
    submit=_("告诉"),
    done=_("已告诉这个单位。"),
    to="answer",
)
def answer_wrong(request: PageRequest, form: WrongForm, found: Answer) -> None:
    keeping.say_wrong(by=request.actor, row=found, words=form.cleaned_data["words"])


@answers.download("answers.md")
def answers_file(_request: PageRequest) -> HttpResponseBase:
    text = queries.markdown_of(queries.living(Answer).order_by("unit__code", "question"))
    return attachment(HttpResponse(text, content_type="text/markdown; charset=utf-8"), "常见问答.md")
