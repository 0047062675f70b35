"""Pages of the fair draw of a venue's popular hours: what is promised, who asks, the public value read by two, what the lots gave."""

import json
from collections.abc import Mapping
from typing import Any, Final
from uuid import uuid4

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.draw import queries as drawn
from nanhu.kernel.draw import services as draws
from nanhu.kernel.draw.models import Draw, DrawValue, DrawVoid
from nanhu.kernel.draw.rules import plain_form
from nanhu.kernel.errors import NotFoundError, WrongStateError
from nanhu.kernel.kit import Badge, Empty, Link, Moment, PageRequest, Table, Text, listing
from nanhu.kernel.kit.columns import Tone
from nanhu.kernel.kit.forms import ReasonForm
from nanhu.kernel.kit.records import seen
from nanhu.kernel.kit.submissions import token_of
from nanhu.kernel.registry import Viewer, WaitingLine
from nanhu.kernel.sheets.writing import attachment
from nanhu.kernel.ui import dates
from nanhu.platforms.campus import api as campus
from nanhu.platforms.people import api as people
from nanhu.services.venues import policies, rules
from nanhu.services.venues.book import book, chosen_use, form_facts
from nanhu.services.venues.desk import desk, venue
from nanhu.services.venues.forms import DrawForm, OpenDrawForm, ValueForm
from nanhu.services.venues.models import DrawOrder, Venue, VenueDraw
from nanhu.services.venues.services import drawing

State = Draw.State
TONES: Final[Mapping[str, Tone]] = {State.OPEN: "good", State.CLOSED: "info", State.DRAWN: "none", State.VOID: "bad"}
FATES: Final = {"given": _("抽中"), "full": _("满了，排入候补"), "enough": _("前面的志愿已抽中")}


def slot_words(slot: str) -> str:
    return campus.span_words(*rules.hours_of_slot(slot))


def all_draws() -> QuerySet[VenueDraw]:
    return VenueDraw.objects.select_related("draw", "venue")


class Draws(Table):
    ordering = ("-created_at",)
    title = Link(_("抽签"), "draw__title", to="draw", sort="draw__title")
    venue = Text(_("场地"), "venue__called", sort="venue__name")
    state = Badge(_("状态"), "draw__state", names=State.choices, tones=TONES)
    closes = Moment(_("报名截止"), "draw__closes_at")


class KeptDraws(Draws):
    title = Link(_("抽签"), "draw__title", to="kept_draw", sort="draw__title")


@book.page(
    "draws/", title=_("抽签"), tab=_("抽签"), lead=_("热门时间不比谁手快：报名截止后抽签，结果人人可以自己验算。")
)
def draws_open(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("现在没有抽签"), icon="dices", text=_("艺术节、迎新季等热门时间开抽签时，列在这里。"))
    return listing(request, Draws, rows_for(request.viewer), empty=none)


def is_open_to(viewer: Viewer, found: VenueDraw) -> bool:
    return policies.may_ask(viewer).filter(pk=found.venue_id).exists()


def rows_for(viewer: Viewer) -> QuerySet[VenueDraw]:
    """Whose venue he may ask for, and those he has part in, whatever became of the venue or of him."""
    own = DrawOrder.objects.filter(person=viewer.person_id).values("venue_draw")
    return all_draws().filter(Q(venue__in=policies.may_ask(viewer)) | Q(pk__in=own))


def askable(viewer: Viewer) -> QuerySet[VenueDraw]:
    return all_draws().filter(venue__in=policies.may_ask(viewer))


def public_facts(found: VenueDraw) -> list[tuple[Any, Any]]:
    """What everybody is to note at each step; what is not yet known is not there."""
    one = found.draw
    said = [
        (_("场地"), found.venue.called),
        (_("报名截止"), dates.time_words(one.closes_at)),
        (_("公开数"), f"{one.value_name}（{plain_form(one.value_form)}）"),
        (_("公开数公布"), dates.time_words(one.value_known_at)),
        (_("最晚公布密数"), dates.time_words(one.publish_by)),
        (_("密数的承诺（SHA-256）"), one.commitment),
        (_("方案摘要"), one.promise),
        (_("名单的根"), one.root),
        (_("报名人数"), one.entry_count if one.root else ""),
        (_("公开数读数"), one.value),
        (_("密数"), one.published_secret),
        (_("作废原因"), one.why_void),
    ]
    return [(name, value) for name, value in said if value != ""]


@draws_open.page("<uuid:public_id>/", title=_("抽签"), subject=seen(rows_for, VenueDraw.what), opens_whole=True)
def draw(request: PageRequest, found: VenueDraw) -> HttpResponse:
    named = {"public_id": found.public_id}
    order = order_of(request, found)
    is_open = found.draw.state == State.OPEN
    facts = {
        "found": found,
        "tone": TONES[found.draw.state],
        "facts": public_facts(found),
        "slots": [slot_words(one) for one in found.slots],
        "order": order,
        "wishes": choices_of(order) if order else [],
        "may_enter": is_open and is_open_to(request.viewer, found),
        "may_leave": is_open and order is not None and bool(order.entry.wishes),
        "enter": enter.address(**named),
        "leave": leave_draw.address(**named),
        "public_file": public_file.address(**named),
        "proof": proof.address(**named),
        "verifier": verifier.address(**named),
    }
    return render(request, "venues/draw.html", facts)


def order_of(request: PageRequest, found: VenueDraw) -> DrawOrder | None:
    """Read once a request: the form asks for it three times."""
    rows = found.orders.select_related("entry__draw", "application").filter(person=request.person_id)
    return request.viewer.once(f"venues.draw_order:{found.pk}", rows.first)


def choices_of(order: DrawOrder) -> list[tuple[str, Any]]:
    """Each wish, and what became of it."""
    shown = drawn.proof_of(order.entry).get("fates", {})
    return [(slot_words(one), FATES[shown[one]] if one in shown else "") for one in order.entry.wishes]


def arguments(request: PageRequest, found: VenueDraw) -> dict[str, Any]:
    slots = [(one, slot_words(one)) for one in found.slots]
    chosen = chosen_use(request, found.venue, said_before(request, found).get("use", ""))
    return {"venue": found.venue, "chosen": chosen, "slots": slots}


def said_before(request: PageRequest, found: VenueDraw) -> dict[str, Any]:
    order = order_of(request, found)
    return order.order if order else {}


def chosen_before(request: PageRequest, found: VenueDraw) -> dict[str, Any]:
    """The form as he sent it, to be changed."""
    order = order_of(request, found)
    if order is None or not order.order:
        return {}
    said = order.order
    units = {one.id: one.as_typed for one in people.unit_choices()} if said["unit_id"] else {}
    wishes = dict(zip(DrawForm.field_order, order.entry.wishes, strict=False))
    persons = {"unit": units.get(said["unit_id"], ""), "sponsor": people.person_as_typed(said["sponsor"])}
    return {**said, **said["details"], **persons, **wishes}


def draw_facts(request: PageRequest, found: VenueDraw) -> dict[str, Any]:
    return form_facts(request, found.venue, said_before(request, found).get("use", ""))


@draw.form(
    "enter/",
    DrawForm,
    title=_("填抽签志愿"),
    submit=_("报名"),
    icon="dices",
    subject=seen(askable, VenueDraw.what),
    arguments=arguments,
    initial=chosen_before,
    facts=draw_facts,
    template="venues/apply.html",
    to="draw",
    done=_("已报名。截止以前再交一次就是改志愿。"),
)
def enter(request: PageRequest, form: DrawForm, found: VenueDraw) -> None:
    drawing.enter(
        by=request.actor,
        person_id=request.person_id,
        found=found,
        order=form.order(),
        wishes=form.chosen_slots,
    )


@draw.action("leave/", done=_("已退出抽签。截止以前可以再报名。"))
def leave_draw(request: PageRequest, found: VenueDraw) -> None:
    drawing.leave(by=request.actor, person_id=request.person_id, found=found)


def json_file(said: Mapping[str, Any], name: str) -> HttpResponse:
    text = json.dumps(said, ensure_ascii=False, indent=1)
    return attachment(HttpResponse(text, content_type="application/json"), name)


@draw.download("draw.json")
def public_file(_request: PageRequest, found: VenueDraw) -> HttpResponseBase:
    """The whole draw as everybody may repeat it."""
    return json_file(drawn.published(found.draw), "draw.json")


@draw.download("proof.json")
def proof(request: PageRequest, found: VenueDraw) -> HttpResponseBase:
    """One's own line, and its path to the root."""
    order = order_of(request, found)
    if order is None:
        raise NotFoundError(what=VenueDraw.what)
    return json_file(drawn.proof_of(order.entry), "proof.json")


@draw.download("verify_draw.py")
def verifier(_request: PageRequest, _found: VenueDraw) -> HttpResponseBase:
    text = drawn.VERIFIER.read_text(encoding="utf-8")
    return attachment(HttpResponse(text, content_type="text/x-python; charset=utf-8"), "verify_draw.py")


@venue.form(
    "draw/",
    OpenDrawForm,
    title=_("开抽签"),
    lead=_("这些时间马上留下，谁也不能先约；截止后由两个人各自读公开数，再公布密数、抽签。方案定了不能改。"),
    submit=_("开始报名"),
    icon="dices",
    to="kept_draw",
    done=_("已开始报名。把承诺和方案摘要公布到别处，例如学院公告栏。"),
)
def open_draw(request: PageRequest, form: OpenDrawForm, found: Venue) -> VenueDraw:
    said = form.cleaned_data
    return drawing.open_for(
        by=request.actor,
        venue=found,
        title=said["title"],
        hours=form.slots(),
        value_name=said["value_name"],
        value_form=said["value_form"],
        closes_at=said["closes_at"],
        value_known_at=said["value_known_at"],
        publish_by=said["publish_by"],
        token=token_of(request) or uuid4(),
    )


def kept_rows(viewer: Viewer) -> QuerySet[VenueDraw]:
    return policies.kept_by(viewer, all_draws(), "venue__")


@desk.page("draws/", title=_("抽签"), tab=_("抽签"))
def kept_draws(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("还没有开过抽签"), icon="dices", text=_("在一处场地的页面上点“开抽签”。"))
    return listing(request, KeptDraws, kept_rows(request.viewer), empty=none)


def wanting(account: Any) -> QuerySet[VenueDraw]:
    """Closed draws in which this account has something to do: read the value, draw, or say whether it is given up."""
    own = DrawValue.objects.filter(draw=OuterRef("draw"), state=DrawValue.State.ASKED, author_id=account)
    others = DrawVoid.objects.filter(draw=OuterRef("draw"), state=DrawVoid.State.ASKED).exclude(author_id=account)
    found = all_draws().filter(draw__state=State.CLOSED)
    return found.filter(Q(draw__value_known_at__lte=Now()) & ~Exists(own) | Q(Exists(others))).order_by("pk")


def line_of(one: VenueDraw) -> WaitingLine:
    return WaitingLine(title=one.called, url=kept_draw.address(public_id=one.public_id), since=one.draw.value_known_at)


kept_draws.waits_for("venues.draws", wanting, line_of)
kept_draws.decides = lambda viewer: policies.OFFICE in viewer.roles  # the count knows no keeper's units


@kept_draws.page("<uuid:public_id>/", title=_("抽签"), subject=seen(kept_rows, VenueDraw.what), opens_whole=True)
def kept_draw(request: PageRequest, found: VenueDraw) -> HttpResponse:
    named = {"public_id": found.public_id}
    facts = {
        "found": found,
        "tone": TONES[found.draw.state],
        "facts": public_facts(found),
        "slots": [slot_words(one) for one in found.slots],
        "entered": drawing.entered(found).count(),
        "typed": waiting_value(found),
        "unlike": last_unlike(found),
        "asked_void": waiting_void(found),
        "value": value.address(**named),
        "lots": lots.address(**named),
        "void": void.address(**named),
        "agree_void": agree_void.address(**named),
    }
    return render(request, "venues/kept_draw.html", facts)


def waiting_value(found: VenueDraw) -> DrawValue | None:
    return found.draw.values_typed.filter(state=DrawValue.State.ASKED).first()


def last_unlike(found: VenueDraw) -> DrawValue | None:
    """The last two readings, where they were unlike: who and when, never what, as both read it anew."""
    last = found.draw.values_typed.filter(decided_at__isnull=False).order_by("decided_at").last()
    return last if last is not None and last.state == DrawValue.State.REFUSED and not last.ended_alone else None


def waiting_void(found: VenueDraw) -> DrawVoid | None:
    return found.draw.voids_asked.filter(state=DrawVoid.State.ASKED).first()


READ: Final = {
    DrawValue.State.ASKED: _("已记下，等另一个人读。"),
    DrawValue.State.AGREED: _("两个人读得一样，公开数定了。"),
    DrawValue.State.REFUSED: _("两个人读得不一样，都不算：请两个人各自重读。"),
}


@kept_draw.form(
    "value/",
    ValueForm,
    title=_("公开数"),
    lead=_("各自到公布的地方读，不看别人填的：两个人读得一样才算数，不一样的两个人都重读。"),
    done=lambda read: str(READ[read.state]),
)
def value(request: PageRequest, form: ValueForm, found: VenueDraw) -> DrawValue:
    said, typed = form.cleaned_data["value"], waiting_value(found)
    if typed is None:
        return draws.type_value(by=request.actor, draw=found.draw, value=said, token=token_of(request) or uuid4())
    return draws.check_value(by=request.actor, typed=typed, value=said)


@kept_draw.action("lots/", done=_("已公布密数，抽好了；申请和候补都已排上。"))
def lots(request: PageRequest, found: VenueDraw) -> None:
    draws.draw_lots(by=request.actor, draw=found.draw)
    drawing.settle(found)


@kept_draw.form(
    "void/",
    ReasonForm,
    title=_("作废"),
    lead=_("报名时由一个人作废；截止以后要另一位同意，密数同样公布，人人看得到本来会抽成什么样。"),
    tone="danger",
    done=_("已办。"),
)
def void(request: PageRequest, form: ReasonForm, found: VenueDraw) -> None:
    reason = form.cleaned_data["reason"]
    if found.draw.state == State.OPEN:
        drawing.void(by=request.actor, found=found, reason=reason)
    else:
        draws.ask_void(by=request.actor, draw=found.draw, reason=reason, token=token_of(request) or uuid4())


@kept_draw.action("void/agree/", done=_("已作废，时间放开了。"))
def agree_void(request: PageRequest, found: VenueDraw) -> None:
    asked = waiting_void(found)
    if asked is None:
        raise WrongStateError(what=DrawVoid.what, state=found.draw.get_state_display())
    draws.agree_void(by=request.actor, asked=asked)
    drawing.settle(found)
