"""For those who act for a unit: its orders, what waits for a leader's yes, cards that end soon. Who they are, and newcomers."""

from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import F, Func, QuerySet, TextField, Value
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.database.prepared import AnyOf, Given, Prepared, counted
from nanhu.kernel.kit import Day, Empty, PageRequest, Person, Press, Table, Text, Who, list_of
from nanhu.kernel.kit.forms import ReasonForm
from nanhu.kernel.kit.records import record
from nanhu.kernel.registry import Viewer, WaitingLine
from nanhu.kernel.ui import words
from nanhu.platforms.people import api as people
from nanhu.systems.card.issuing import queries
from nanhu.systems.card.issuing.errors import NoNewcomersError
from nanhu.systems.card.issuing.forms import DelegateForm, EnrolForm
from nanhu.systems.card.issuing.models import CardOrder, UnitDelegate
from nanhu.systems.card.issuing.policies import acts_for_a_unit, delegations_of
from nanhu.systems.card.issuing.services import delegating, enrolling, expiring, orders
from nanhu.systems.card.issuing.views.desk import Orders, issuing, order
from nanhu.systems.card.models import Card
from nanhu.systems.card.policies import MANAGER

SHOWN = 50
MOST = 500
CODES = ArrayField(TextField())


@dataclass(frozen=True, slots=True)
class EndingCard:
    """`tie`: by which the unit that is asked vouches for its holder."""

    card: Card
    person: people.PersonCard
    tie: people.AffiliationCard


class Ending(Table):
    name = Text(_("姓名"), "person__name")
    category = Text(_("人员类别"), "card__sub_class", is_term=True)
    unit = Text(_("部门"), "tie__unit_name", is_term=True)
    valid_until = Day(_("有效期"), "card__valid_until")


class Delegates(Table):
    unit = Text(_("单位"), "unit_name", is_term=True)
    person = Person(_("姓名"), "person_id")
    role = Text(_("身份"), "get_role_display")
    named_by = Who(_("指定"), "named_by_name", at="created_at")
    end = Press(_("取消授权"), to="end_delegate", by=("pk",))


def to_decide(viewer: Viewer) -> QuerySet[CardOrder]:
    """Of the units that somebody leads, and not handed in by himself."""
    return handed_in(viewer.account_id, Value(led_by(viewer), CODES)).order_by("submitted_at", "pk")


def count_to_decide(viewer: Viewer) -> int:
    """At each of their homes."""
    units = led_by(viewer)
    return (COUNTED.first(account=viewer.account_id, units=units) or 0) if units else 0


def led_by(viewer: Viewer) -> list[str]:
    return sorted({one.unit_code for one in delegations_of(viewer.person_id) if one.role == UnitDelegate.Role.LEADER})


def handed_in(account: Any, units: Value | Given) -> QuerySet[CardOrder]:
    """Of these units and all below them, which are looked for once and not at each row."""
    below = Func(units, template="(SELECT people_unit_codes_below(%(expressions)s))::text[]", output_field=CODES)
    rows = CardOrder.objects.filter(AnyOf(F("unit_code"), below), state=CardOrder.State.SUBMITTED)
    return rows.exclude(requester_id=account)


COUNTED: Prepared[Any] = Prepared(lambda: counted(handed_in(Given("account"), Given("units", CODES))))


def lines_to_decide(viewer: Viewer, limit: int) -> list[WaitingLine]:
    return [
        WaitingLine(
            title=f"{one.title} {one.number}",
            url=order.address(public_id=one.public_id),
            who=one.requester_name,
            since=one.submitted_at,
            facts=((_("单位"), one.unit_name),),
        )
        for one in to_decide(viewer)[:limit]
    ]


@issuing.page(
    "unit/",
    title=_("单位办卡"),
    tab=_("单位办卡"),
    allows=acts_for_a_unit,
    count=count_to_decide,
    waits=True,
)
def unit(request: PageRequest) -> HttpResponse:
    mine = delegations_of(request.viewer.person_id)
    codes = sorted({one.unit_code for one in mine})
    own = list(queries.of_units(people.unit_codes_below(codes))[:SHOWN])
    waiting = list(queries.with_counts(to_decide(request.viewer))[:SHOWN])
    none = Empty(
        title=_("还没有制卡单"),
        icon="file-spreadsheet",
        text=_("下载模板、填好、连同照片一起上传；领导在网上审批后送校园卡管理办公室。"),
    )
    facts = {
        "delegations": mine,
        "is_agent": any(one.role == "agent" for one in mine),
        "orders": list_of(request, Orders, own, caption=_("本单位的制卡单"), empty=none),
        "waiting": list_of(request, Orders, waiting, caption=_("等您审批")),
        "ending": list_of(request, Ending, ending_in(codes), caption=_("两周内到期的普通卡"), per_page=MOST),
    }
    return render(request, "card_issuing/unit.html", facts)


unit.waiting_lines = lines_to_decide


def ending_in(codes: list[str]) -> list[EndingCard]:
    """Ordinary cards of these units, and of the units below that have no delegate of their own, that end soon."""
    soon = list(expiring.ending_soon()[:MOST])
    persons = people.person_cards({card.person_id for card in soon})
    units = {one.unit_code for person in persons.values() for one in person.affiliations if one.is_live}
    mine = {code for code in units if any(sponsor.unit_code in codes for sponsor in expiring.sponsors_of(code))}
    found = [(card, persons[card.person_id], vouching(card, persons[card.person_id], mine)) for card in soon]
    return [EndingCard(card, person, tie) for card, person, tie in found if tie is not None]


def vouching(card: Card, person: people.PersonCard, units: set[str]) -> people.AffiliationCard | None:
    """By which one of these units vouches: of several the one whose last day the card has, as the letter to its delegates says it."""
    ties = [one for one in person.affiliations if one.is_live and one.unit_code in units]
    return next((one for one in ties if one.ends_on == card.valid_until), next(iter(ties), None))


def acting_now(request: PageRequest) -> dict[str, Any]:
    none = Empty(title=_("还没有指定任何人"), icon="user-check", text=_("先为每个单位指定一位经办人和一位审批领导。"))
    rows = UnitDelegate.objects.filter(ended_at=None).order_by("unit_code", "role", "id")
    return {"list": list_of(request, Delegates, rows, caption=_("单位授权"), empty=none)}


@issuing.form(
    "delegates/",
    DelegateForm,
    title=_("单位授权"),
    tab=_("单位授权"),
    lead=_("经办人替单位交批量、在发卡点发卡；领导在网上审批。普通卡到期前后，提醒发给他们。"),
    submit=_("指定"),
    icon="check",
    roles={MANAGER},
    to="delegates",
    done=lambda made: _("已指定%(name)s为%(unit)s的%(role)s。") % words_of(made),
    template="card_issuing/delegates.html",
    facts=acting_now,
)
def delegates(request: PageRequest, form: DelegateForm) -> UnitDelegate:
    said = form.cleaned_data
    found = said["unit"]
    return delegating.name_delegate(
        by=request.actor,
        unit_code=found.code,
        unit_name=found.name,
        person_id=said["campus_no"],
        role=said["role"],
    )


def words_of(delegate: UnitDelegate) -> dict[str, object]:
    person = people.person_cards([delegate.person_id])[delegate.person_id]
    return {"name": person.name, "unit": words.term(delegate.unit_name), "role": delegate.get_role_display()}


@delegates.form(
    "<int:pk>/end/",
    ReasonForm,
    title=_("取消授权"),
    submit=_("取消授权"),
    tone="danger",
    subject=record(UnitDelegate.objects.filter(ended_at=None), _("这项授权")),
    done=lambda ended: _("%(name)s不再是%(unit)s的%(role)s，从现在起不能再替单位办理。") % words_of(ended),
    template="card_issuing/end_delegate.html",
    facts=lambda _request, delegate: words_of(delegate),
)
def end_delegate(request: PageRequest, form: ReasonForm, delegate: UnitDelegate) -> UnitDelegate:
    return delegating.relieve(by=request.actor, delegate_id=delegate.pk, reason=form.cleaned_data["reason"])


@issuing.form(
    "newcomers/",
    EnrolForm,
    title=_("新生制卡"),
    tab=_("新生"),
    lead=_("从学籍名册生成制卡单：这个学院、专业或班级里还没有实体卡的学生，资料和照片都带出来。"),
    submit=_("生成制卡单"),
    icon="graduation-cap",
    to="order",
    done=lambda made: _("制卡单 %(number)s 已生成，核对后提交。") % {"number": made.number},
)
def enrol(request: PageRequest, form: EnrolForm) -> CardOrder:
    """Newcomers of a college, a major or a class out of the roster; nothing is typed."""
    said = form.cleaned_data
    found = said["unit"]
    wanted = enrolling.without_plastic(people.members_of([found.code], kind="student"))
    if not wanted:
        raise NoNewcomersError
    return enrolling.order_for_newcomers(
        by=request.actor,
        unit=orders.Unit(code=found.code, name=found.name),
        collector=said["collector"],
        person_ids=wanted,
    )
