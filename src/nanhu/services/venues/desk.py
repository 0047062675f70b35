"""The desk of venues: keys of today, all bookings, displacing; venues with their hours, posts, pictures and closed hours."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import Q, QuerySet
from django.forms.models import model_to_dict
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.clock import campus_today, end_of, now, start_of
from nanhu.kernel.errors import NotFoundError
from nanhu.kernel.kit import (
    Badge,
    Choice,
    Console,
    Days,
    Empty,
    Filters,
    FoldedSearch,
    Link,
    Moment,
    Money,
    Number,
    PageRequest,
    Search,
    Table,
    Text,
    Views,
    form_of,
    list_of,
    listing,
)
from nanhu.kernel.kit.forms import ReasonForm, reason_field
from nanhu.kernel.kit.records import Seen, record, seen
from nanhu.kernel.registry import Viewer
from nanhu.kernel.revisions import revision_of
from nanhu.kernel.sheets.writing import attachment
from nanhu.kernel.ui import dates
from nanhu.platforms.people import api as people
from nanhu.services.venues import policies, queries, signs
from nanhu.services.venues.book import TONES, called, facts_about, facts_of
from nanhu.services.venues.errors import NotYourUnitError
from nanhu.services.venues.forms import (
    BlockForm,
    CalendarForm,
    ChangeVenueForm,
    KeyInForm,
    KeyOutForm,
    PictureForm,
    PostForm,
    SeasonForm,
    VenueForm,
)
from nanhu.services.venues.models import Booking, Picture, Venue, VenuePost
from nanhu.services.venues.pictures import LARGEST
from nanhu.services.venues.rules import words_of
from nanhu.services.venues.services import bringing, displacing, keeping, keys
from nanhu.services.venues.services import holding as holds

State = Booking.State
IS_OUT: Final = Q(key_out_at__isnull=False, key_in_at=None)
desk = Console(
    "venues:desk",
    _("场地管理"),
    icon="calendar-cog",
    owner=_("后勤处"),
    description=_("今天的钥匙、全部借用、场地和开放时间、征用"),
    roles=policies.ROLES,
    order=86,
)


def kept_bookings(viewer: Viewer) -> QuerySet[Booking]:
    return policies.kept_by(viewer, queries.bookings(), "venue__")


def keys_of_today(viewer: Viewer) -> Any:
    """What begins or goes on today, and every key that is out."""
    today = Q(held_from__lt=end_of(campus_today()), held_to__gt=start_of(campus_today()))
    today &= Q(state__in=[State.APPROVED, State.IN_USE, State.CLOSED, State.NO_SHOW])
    return kept_bookings(viewer).filter(Q(state=State.IN_USE) | IS_OUT | today)


def keys_out(viewer: Viewer) -> int:
    return int(kept_bookings(viewer).filter(IS_OUT, held_to__lt=now()).count())


class Keys(Table):
    ordering = ("begins_at",)
    when = Link(_("时间"), to="booking", sort="begins_at")
    venue = Text(_("场地"), "venue__name")
    who = Text(_("申请人"), "application__person_name")
    title = Text(_("活动"), "application__title")
    key_desk = Text(_("钥匙"), "venue__key_desk", is_wide=True)
    state = Badge(_("状态"), names=State.choices, tones=TONES, tone="warn")


@desk.page(
    "", title=_("今天的钥匙"), tab=_("今天"), count=keys_out, lead=_("点一条领出、收回。没还的钥匙一直列在这里。")
)
def today(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("今天没有借用"), icon="key-round")
    return listing(request, Keys, keys_of_today(request.viewer), empty=none)


def objections(viewer: Viewer) -> QuerySet[Booking]:
    """Of the venues that he keeps, and not of his own bookings: what nobody has answered."""
    rows = kept_bookings(viewer).filter(Booking.counting(), objected_at__isnull=False, objection_answer="")
    return rows.exclude(application__person=viewer.person_id or 0)


def objections_waiting(viewer: Viewer) -> int:
    return int(objections(viewer).count())


class Objections(Table):
    ordering = ("objected_at",)
    when = Link(_("时间"), to="booking", sort="begins_at")
    venue = Text(_("场地"), "venue__name")
    who = Text(_("申请人"), "application__person_name")
    words = Text(_("为什么不该计入"), "objection", sort=False)
    since = Moment(_("何时申诉"), "objected_at")


class Bookings(Table):
    ordering = ("-begins_at",)
    when = Link(_("时间"), to="booking", sort="begins_at")
    venue = Text(_("场地"), "venue__name")
    use = Text(_("类别"), "application__use_name", is_wide=True, sort=False)
    who = Text(_("申请人"), "application__person_name")
    unit = Text(_("单位"), "application__unit__name", is_wide=True)
    title = Text(_("活动"), "application__title")
    headcount = Number(_("人数"), "application__headcount", is_wide=True)
    state = Badge(_("状态"), names=State.choices, tones=TONES, tone="warn")
    number = Text(_("编号"), "application__number", is_number=True, is_wide=True)


class BookingFilters(Filters):
    q = Search(
        "application__title",
        "application__person_name",
        "application__number",
        "venue__name",
        label=_("活动、申请人、编号"),
    )
    state = Choice(_("状态"), State.choices)
    day = Days(_("日期"), field="begins_at__date")


@desk.page("objections/", title=_("未到场的申诉"), tab=_("未到场申诉"), count=objections_waiting)
def objection_list(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("没有等答复的申诉"), icon="scale")
    return listing(request, Objections, objections(request.viewer), empty=none)


@desk.page("bookings/", title=_("全部借用"), tab=_("借用"))
def bookings(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("还没有人约过"), icon="calendar-check")
    return listing(request, Bookings, kept_bookings(request.viewer), BookingFilters, empty=none, export_as="场地借用")


@bookings.page("<uuid:public_id>/", title=_("借用"), subject=seen(kept_bookings, Booking.what), about=called)
def booking(request: PageRequest, found: Booking) -> HttpResponse:
    named = {"public_id": found.public_id}
    facts = {
        "booking": found,
        "facts": [(_("申请人"), found.application.person_name), *facts_of(found), *key_facts(found)],
        "out_form": form_of(request, KeyOutForm),
        "in_form": form_of(request, KeyInForm),
        "key_out": key_out.address(**named),
        "key_in": key_in.address(**named),
        "absent": absent.address(**named),
        "displace": displace.address(**named),
        "may_hand_out": found.state in {State.APPROVED, State.IN_USE} and found.key_out_at is None,
        "may_take_back": found.state == State.IN_USE or found.is_key_out,
        "may_displace": policies.OFFICE in request.viewer.roles and found.is_coming,
        "counts": found.counts,
        "is_own_mark": found.marked_by_id is not None and found.marked_by_id == request.actor.account_id,
        "pardon": pardon.address(**named),
        "uphold": uphold.address(**named),
        "unmark": unmark.address(**named),
        "may_unmark": found.state == State.NO_SHOW and now() < found.ends_at,
        "is_late": found.is_key_out and keys.is_back_late(found),
    }
    return render(request, "venues/kept_booking.html", facts)


def key_facts(found: Booking) -> list[tuple[Any, Any]]:
    said = []
    if found.key_out_at:
        said.append((_("领钥匙"), f"{dates.time_words(found.key_out_at)} {found.key_out_by_name}"))
    if found.key_in_at:
        late = _("（迟还）") if keys.is_back_late(found) else ""
        said.append((_("还钥匙"), f"{dates.time_words(found.key_in_at)} {found.key_in_by_name}{late}"))
    if found.meter_out is not None or found.meter_in is not None:
        said.append(
            (_("表读数"), " → ".join("—" if one is None else str(one) for one in (found.meter_out, found.meter_in)))
        )
    if found.damage:
        said.append((_("损坏"), found.damage))
    return said


@booking.action("key-out/", form=KeyOutForm, done=_("已领出。"))
def key_out(request: PageRequest, form: KeyOutForm, found: Booking) -> None:
    keeper = request.viewer.person_id
    keys.hand_out(by=request.actor, keeper_id=keeper, booking=found, meter=form.cleaned_data["meter"])


@booking.action("key-in/", form=KeyInForm, done=_("已收回，这次借用结束。"))
def key_in(request: PageRequest, form: KeyInForm, found: Booking) -> None:
    said = form.cleaned_data
    keys.take_back(
        by=request.actor,
        keeper_id=request.viewer.person_id,
        booking=found,
        meter=said["meter"],
        damage=said["damage"],
        damage_fen=said["damage_fen"] or 0,
    )


@booking.action("absent/", done=_("已记未到场，时间已放开。"))
def absent(request: PageRequest, found: Booking) -> None:
    keys.note_absent(by=request.actor, booking=found)


@booking.form(
    "pardon/",
    ReasonForm,
    title=_("不计入未到场"),
    lead=_("其实来了，或情有可原：这一次不再算进“一学期三次”。"),
    icon="undo-2",
    done=_("已改，不再计入。"),
)
def pardon(request: PageRequest, form: ReasonForm, found: Booking) -> None:
    keeper = request.viewer.person_id
    keys.pardon(by=request.actor, keeper_id=keeper, booking=found, reason=form.cleaned_data["reason"])


@booking.form(
    "uphold/",
    ReasonForm,
    title=_("维持未到场"),
    lead=_("不接受申诉：申请人会读到您写的原因。"),
    icon="x",
    done=_("已答复，仍然计入。"),
)
def uphold(request: PageRequest, form: ReasonForm, found: Booking) -> None:
    keeper = request.viewer.person_id
    keys.uphold(by=request.actor, keeper_id=keeper, booking=found, reason=form.cleaned_data["reason"])


@booking.action("came/", done=_("已恢复，时间和门又是他的；要钥匙请照常领。"))
def unmark(request: PageRequest, found: Booking) -> None:
    keys.unmark(by=request.actor, keeper_id=request.viewer.person_id, booking=found)


class DisplaceForm(ReasonForm):
    reason = reason_field(_("为什么征用"), _("例：全国英语四六级考试"))


@booking.form(
    "displace/",
    DisplaceForm,
    title=_("征用"),
    lead=_("因教学、考试、应急收回这段时间。申请人、负责人、技术员都会收到通知，并可改到最近的三处空场地。"),
    submit=_("征用这段时间"),
    tone="danger",
    icon="siren",
    roles=(policies.OFFICE,),
    done=_("已征用，已通知各方。"),
)
def displace(request: PageRequest, form: DisplaceForm, found: Booking) -> None:
    displacing.displace(by=request.actor, booking=found, reason=form.cleaned_data["reason"])


class KeptVenues(Table):
    ordering = ("room__place__key",)
    name = Link(_("场地"), to="venue")
    code = Text(_("房间代码"), "room__place__key", is_number=True)
    uses = Text(_("做什么用"), "use_names", sort=False, is_wide=True)
    unit = Text(_("管理单位"), "unit__name")
    capacity = Number(_("最多人数"))
    fee_fen = Money(_("每小时收费"), is_wide=True)
    withdrawn_at = Moment(_("停止预约"), is_wide=True)


class KeptFilters(Filters):
    q = FoldedSearch(label=_("名称、地点、设备或拼音"))
    show = Views({"living": (_("在用"), Q(withdrawn_at=None)), "withdrawn": (_("停止预约"), ~Q(withdrawn_at=None))})


def kept_venues(viewer: Viewer) -> QuerySet[Venue]:
    return policies.kept_by(viewer, queries.venues())


@desk.page("venues/", title=_("场地"), tab=_("场地"))
def venues(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("还没有登记场地"), icon="calendar-cog", action=_("登记第一个"), to="register")
    facts = {"register": register.address()}
    template, rows = "venues/kept_venues.html", kept_venues(request.viewer)
    return listing(request, KeptVenues, rows, KeptFilters, empty=none, export_as="场地", template=template, facts=facts)


def refuse_other_unit(viewer: Viewer, unit_id: int) -> None:
    units = policies.units_named_by(viewer)
    if units is not None and unit_id not in units:
        raise NotYourUnitError


@venues.form(
    "new/",
    VenueForm,
    title=_("登记场地"),
    icon="plus",
    to="venue",
    done=_("已登记，接着写开放时间和审批岗位。"),
)
def register(request: PageRequest, form: VenueForm) -> Venue:
    facts = form.facts()
    refuse_other_unit(request.viewer, facts["unit_id"])
    owners = policies.units_named_by(request.viewer)
    return keeping.register(by=request.actor, place=form.cleaned_data["room"], facts=facts, owners=owners)


@venues.page(
    "<uuid:public_id>/",
    title=_("这个场地"),
    subject=seen(kept_venues, Venue.what),
    about=lambda one: str(one.called),
    opens_whole=True,
)
def venue(request: PageRequest, found: Venue) -> HttpResponse:
    named = {"public_id": found.public_id}
    offices = people.office_names()
    posts = [
        (one, offices.get(one.office, one.office), drop_post.address(**named, number=one.pk))
        for one in found.posts.select_related("unit").order_by("duty", "pk")
    ]
    pictures = [(one, drop_picture.address(**named, number=one.pk)) for one in found.pictures.select_related("file")]
    coming = queries.bookings().filter(venue=found, ends_at__gt=now())
    facts = {
        "venue": found,
        "facts": facts_about(found),
        "seasons": seasons_of(found),
        "posts": posts,
        "pictures": pictures,
        "has_first": any(one.duty == VenuePost.Duty.FIRST for one, _office, _drop in posts),
        "list": list_of(request, Bookings, coming, per_page=10, caption=_("以后的借用")),
        "to": {one.name: one.address(**named) for one in on_venue()},
        "blocks": [
            (one.hours, one.what, unblock.address(**named, number=one.pk) if may_unblock(request, one) else "")
            for one in holds.blocks_of(found)
        ],
        "sign": sign_at(request, found),
        "feed": request.build_absolute_uri(f"/venues/door/{found.sign_key}.ics"),
    }
    return render(request, "venues/kept_venue.html", facts)


def sign_at(request: PageRequest, found: Venue) -> str:
    return request.build_absolute_uri(f"/venues/door/{found.sign_key}/")


def seasons_of(found: Venue) -> list[tuple[str, str, list[tuple[Any, str]], str]]:
    """Name, days, hours of each weekday, the button that takes it away."""
    by_season: dict[str, list[Any]] = {}
    for one in found.openings.order_by("during", "weekday", "opens"):
        by_season.setdefault(one.season, []).append(one)
    return [
        (
            season,
            days_words(rows[0].during),
            [(dates.WEEKDAYS[number - 1], hours_words(rows, number)) for number in range(1, 8)],
            drop_season.address(public_id=found.public_id, number=rows[0].pk),
        )
        for season, rows in by_season.items()
    ]


def days_words(during: Any) -> str:
    return dates.span_words(during.lower, during.upper and during.upper - timedelta(days=1))


def hours_words(rows: list[Any], weekday: int) -> str:
    spans = [f"{words_of(one.opens)}–{words_of(one.closes)}" for one in rows if one.weekday == weekday]
    return "、".join(spans) or "—"


def said_of(_request: PageRequest, found: Venue) -> dict[str, Any]:
    said = model_to_dict(found)
    yuan = f"{found.fee_fen / 100:.2f}" if found.fee_fen else ""
    units = {"unit": f"{found.unit.code} {found.unit.name}"}
    units["only_unit"] = f"{found.only_unit.code} {found.only_unit.name}" if found.only_unit else ""
    return {
        **said,
        **units,
        "equipment": " ".join(found.equipment),
        "fee_fen": yuan,
        "revision": revision_of(found, keeping.CHANGED),
    }


@venue.form("change/", ChangeVenueForm, title=_("改场地"), initial=said_of, done=_("已改。已批准的借用不变。"))
def change(request: PageRequest, form: ChangeVenueForm, found: Venue) -> None:
    facts = form.facts()
    refuse_other_unit(request.viewer, facts["unit_id"])
    keeping.change(by=request.actor, venue=found, facts=facts, revision=form.cleaned_data["revision"])


@venue.form(
    "season/",
    SeasonForm,
    title=_("开放时间"),
    lead=_("一套开放时间管一段日子；同名的会被这一套代替。没有写到的日子不开。"),
    done=_("开放时间已生效。"),
)
def season(request: PageRequest, form: SeasonForm, found: Venue) -> None:
    said = form.cleaned_data
    keeping.set_season(
        by=request.actor,
        venue=found,
        season=said["season"],
        first=said["starts_on"],
        last=said["ends_on"],
        week=form.week(),
    )


def part_of(rows: Callable[[Venue], Any]) -> Seen:
    """A row of a kept venue, by its number."""

    def find(request: PageRequest, public_id: UUID, number: int) -> Any:
        found = record(kept_venues(request.viewer), Venue.what)(public_id=public_id)
        return record(rows(found), Venue.what)(pk=number)

    return Seen(find)


@venue.action("season/<int:number>/drop/", subject=part_of(lambda one: one.openings), done=_("已去掉这一套。"))
def drop_season(request: PageRequest, found: Any) -> None:
    keeping.drop_season(by=request.actor, venue=found.venue, season=found.season)


@venue.form(
    "post/",
    PostForm,
    title=_("审批岗位"),
    lead=_("写岗位不写人：换了人由接任的批。没有“审批”岗位的，由流程归口单位的负责人批。"),
    done=_("已登记。"),
)
def post(request: PageRequest, form: PostForm, found: Venue) -> None:
    said = form.cleaned_data
    keeping.add_post(by=request.actor, venue=found, duty=said["duty"], unit_id=said["unit"].id, office=said["office"])


@venue.action("post/<int:number>/drop/", subject=part_of(lambda one: one.posts), done=_("已去掉。"))
def drop_post(request: PageRequest, found: VenuePost) -> None:
    keeping.drop_post(by=request.actor, post=found)


@venue.form("picture/", PictureForm, title=_("照片"), done=_("已放上。"), largest_file=LARGEST + 100_000)
def picture(request: PageRequest, form: PictureForm, found: Venue) -> None:
    said = form.cleaned_data
    upload = said["picture"]
    keeping.add_picture(
        by=request.actor, venue=found, content=upload.read(), name=str(upload.name), words=said["words"]
    )


@venue.action("picture/<int:number>/drop/", subject=part_of(lambda one: one.pictures), done=_("已取下。"))
def drop_picture(request: PageRequest, found: Picture) -> None:
    keeping.drop_picture(by=request.actor, picture=found)


@venue.form(
    "block/",
    BlockForm,
    title=_("停用一段时间"),
    lead=_("检修、布展：这段时间谁也约不到。已有人约的，由场地管理先征用。"),
    done=_("已停用这段时间。"),
)
def block(request: PageRequest, form: BlockForm, found: Venue) -> None:
    begins_at, ends_at = form.hours
    reason = form.cleaned_data["reason"]
    holds.block(by=request.actor, venue=found, begins_at=begins_at, ends_at=ends_at, reason=reason)


def may_unblock(request: PageRequest, row: Any) -> bool:
    """What the office displaced for it gives back itself."""
    return row.source != holds.DISPLACED or policies.OFFICE in request.viewer.roles


def kept_block(request: PageRequest, public_id: UUID, number: int) -> Any:
    found = part_of(holds.blocks_of).find(request, public_id, number)
    if not may_unblock(request, found):
        raise NotFoundError(what=Venue.what)
    return found


@venue.action("block/<int:number>/drop/", subject=Seen(kept_block), done=_("已放开。"))
def unblock(request: PageRequest, found: Any) -> None:
    holds.unblock(by=request.actor, row=found)


@venue.form(
    "bring/",
    CalendarForm,
    title=_("导入已有的预订"),
    lead=_(
        "别处已经订好的时间，用日历文件（.ics）带进来：这些时间不再给别人。碰上的不收，列出来由您处理；同一份再交一次不会重复。"
    ),
    submit=_("导入"),
    icon="calendar-plus",
    largest_file=CalendarForm.largest + 100_000,
)
def bring(request: PageRequest, form: CalendarForm, found: Venue) -> HttpResponse:
    brought = bringing.bring_in(by=request.actor, venue=found, content=form.cleaned_data["file"])
    facts = {"venue": found, "brought": brought, "back": venue.address(public_id=found.public_id)}
    return render(request, "venues/brought.html", facts)


@venue.form("withdraw/", ReasonForm, title=_("停止预约"), tone="danger", done=_("已停止预约，已批准的照旧。"))
def withdraw(request: PageRequest, form: ReasonForm, found: Venue) -> None:
    keeping.withdraw(by=request.actor, venue=found, reason=form.cleaned_data["reason"])


@venue.action("restore/", done=_("又可以约了。"))
def restore(request: PageRequest, found: Venue) -> None:
    keeping.restore(by=request.actor, venue=found)


@venue.download("door.pdf")
def week_sheet(request: PageRequest, found: Venue) -> HttpResponseBase:
    """For a door without a tablet."""
    content = signs.week_sheet(found, sign_at(request, found))
    return attachment(HttpResponse(content, content_type="application/pdf"), "门口日程.pdf")


@venue.action("sign/", done=_("门牌和日历换了新地址，旧的已失效。"))
def renew_sign(request: PageRequest, found: Venue) -> None:
    keeping.renew_sign(by=request.actor, venue=found)


def on_venue() -> tuple[Any, ...]:
    return (change, season, post, picture, block, bring, withdraw, restore, renew_sign, week_sheet)
