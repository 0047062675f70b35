"""数据共享申请: what can be asked for, one's own requests with their renewal and end, and what one request would give today."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet
from django.http import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.errors import NotFoundError
from nanhu.kernel.kit import (
    Badge,
    Console,
    Day,
    Empty,
    Link,
    Markup,
    Number,
    PageRequest,
    Table,
    Text,
    list_of,
    listing,
)
from nanhu.kernel.kit.columns import Tone
from nanhu.kernel.kit.forms import ReasonForm
from nanhu.kernel.kit.records import Seen
from nanhu.kernel.registry import Viewer
from nanhu.kernel.ui import dates, words
from nanhu.platforms.datahub import api as datahub
from nanhu.platforms.flows import api as flows
from nanhu.platforms.people import api as people
from nanhu.platforms.portal.sharing import services
from nanhu.platforms.portal.sharing.process import FORM, KEY, ROLE, SUBJECT, DataOwner, data_owner, data_owners

SharedTable = datahub.SharedTable
State = datahub.Grant.State
STANDINGS, standing_of = datahub.grant_words.STANDINGS, datahub.grant_words.standing_of
TONES: dict[str, Tone] = {
    State.AGREED: "good",
    State.IN_CASE: "warn",
    State.REFUSED: "bad",
    State.VOID: "bad",
    datahub.grant_words.OVER: "bad",
}
NOTHING = Empty(
    title=_("还没有申请过"),
    icon="key-round",
    text=_("您单位的系统要读学校的数据，在“新的申请”里选一张表。"),
    action=_("申请数据"),
    to="products",
)
NOTHING_ELSE = Empty(title=_("别的什么也读不到"), icon="key-round")
COMPARED = {"had", "added"}
"""What is held against the grant before it, while it is decided."""


def is_staff(viewer: Viewer) -> bool:
    return viewer.person_id is not None and "staff" in viewer.faces


desk = Console(
    "portal:sharing",
    _("数据共享申请"),
    icon="key-round",
    owner=_("信息中心"),
    description=_("让一个系统按授权读学校的共享数据：主管单位和数据管理员同意，到一天为止"),
    allows=is_staff,
    faces=frozenset({"staff"}),
    section="service",
    order=77,
)


def table_name(grant: datahub.Grant) -> str:
    return datahub.grant_words.table_name(grant.table_key)


class Requests(Table):
    title = Link(_("哪张表"), table_name, to="request_page", sort=False)
    consumer = Text(_("给哪家单位"), "vendor__company", sort=False)
    number = Text(_("编号"), "case_number", is_number=True, sort=False)
    asker = Text(_("谁申请的"), "author_name", sort=False)
    purpose = Text(_("用途"), sort=False)
    expires_on = Day(_("截止日期"), sort=False)
    state = Badge(_("状态"), standing_of, names=STANDINGS, tones=TONES, tone="none", sort=False)
    action = Markup(_("操作"), "portal/_sharing_action.html", sort=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """A table that can be asked for."""

    table_key: str
    name: str
    fields: int
    sensitive: int
    owner: DataOwner


class Products(Table):
    name = Link(_("哪张表"), to="request_data", by=("table_key",), is_term=True, sort=False)
    fields = Number(_("多少项"), sort=False)
    sensitive = Number(_("其中敏感"), sort=False)
    office = Text(_("主管部门"), "owner__office", is_term=True, sort=False)
    first = Text(_("先由谁决定"), lambda one: one.owner.words, sort=False)


class Others(Table):
    table = Text(_("哪张表"), table_name, sort=False)
    fields = Text(_("哪些项"), datahub.grant_words.labels_of, sort=False)
    rows = Text(_("哪些行"), datahub.grant_words.rows_of, sort=False)
    purpose = Text(_("用途"), sort=False)
    expires_on = Day(_("截止日期"), sort=False)


def cases_of(viewer: Viewer) -> QuerySet[flows.Case]:
    return flows.Case.objects.filter(definition__key=KEY, subject_key=SUBJECT, applicant=viewer.person_id or 0)


def own_grants(viewer: Viewer) -> QuerySet[datahub.Grant]:
    """Those for which this reader asked, the newest first."""
    ids = list(cases_of(viewer).values_list("subject_id", flat=True))
    return datahub.Grant.objects.filter(public_id__in=ids).select_related("vendor").order_by("-created_at", "-pk")


def units_grants(viewer: Viewer) -> QuerySet[datahub.Grant]:
    """Also those that hold, or have expired, for which a colleague of his unit asked: whoever is there may renew them."""
    unit_id = people.home_unit_of(viewer.person_id) if viewer.person_id else None
    ids = list(cases_of(viewer).values_list("subject_id", flat=True))
    theirs = Q(for_unit=unit_id, state=State.AGREED) if unit_id else Q(pk__in=[])
    rows = datahub.Grant.objects.filter(Q(public_id__in=ids) | theirs)
    return rows.select_related("vendor").order_by("-created_at", "-pk")


def with_ways_on(viewer: Viewer, grants: Sequence[datahub.Grant]) -> Sequence[datahub.Grant]:
    """What may be done with each: renewed in its last fortnight, unless that waits already, and one's own ended."""
    own = set(own_grants(viewer).filter(pk__in=[one.pk for one in grants]).values_list("pk", flat=True))
    ending = set(datahub.Grant.ending().filter(pk__in=[one.pk for one in grants]).values_list("pk", flat=True))
    vendors = {one.vendor_id for one in grants}
    waits = datahub.Grant.objects.filter(state__in=[State.ASKED, State.IN_CASE], vendor__in=vendors)
    waiting = set(waits.values_list("vendor", "table_key"))
    for one in grants:
        one.may_end = one.pk in own and one.state == State.AGREED  # type: ignore[attr-defined]
        one.may_renew = one.pk in ending and (one.vendor_id, one.table_key) not in waiting  # type: ignore[attr-defined]
    return grants


@desk.page(
    "",
    title=_("数据共享申请"),
    tab=_("我的申请"),
    lead=_("您和本单位同事替系统申请的数据。两周内到期的，谁都可以续期；您自己申请的，不再要了马上终止。"),
)
def requests(request: PageRequest) -> HttpResponseBase:
    ways_on = partial(with_ways_on, request.viewer)
    return listing(request, Requests, units_grants(request.viewer), each=ways_on, empty=NOTHING)


@desk.page(
    "new/",
    title=_("选一张表"),
    tab=_("新的申请"),
    lead=_("先由数据的主管单位决定，再由一位数据管理员决定；都同意，对方的系统当场可以从接口读。"),
)
def products(request: PageRequest) -> HttpResponseBase:
    tables = datahub.shared_tables().values()
    owners = data_owners({one.owner for one in tables}, without=request.viewer.person_id)
    rows = [
        Product(
            table_key=one.key,
            name=one.name,
            fields=len(one.fields),
            sensitive=len(one.sensitive),
            owner=owners[one.owner],
        )
        for one in tables
    ]
    return listing(request, Products, rows, per_page=len(rows))


def table_named(_request: PageRequest, table_key: str) -> SharedTable:
    found = datahub.shared_tables().get(table_key)
    if found is None:
        raise NotFoundError(what=_("这张共享表"))
    return found


def as_own_before(request: PageRequest, table: SharedTable) -> dict[str, Any]:
    """Renewing (续期): of one's own grant, or one of one's unit, that the address names."""
    before = datahub.grant_named(request.GET.get("like", ""), table)
    is_ours = before is not None and units_grants(request.viewer).filter(pk=before.pk).exists()
    return datahub.grant_as_before(before) if before and is_ours else {}


def about_table(request: PageRequest, table: SharedTable) -> Mapping[str, Any]:
    return {
        "table": words.term(table.name),
        "first": data_owner(table.key, without=request.viewer.person_id).words,
        "keys": "、".join(words.term(table.by_name[name].label) for name in table.keys),
    }


@products.form(
    "<str:table_key>/",
    datahub.GrantForm,
    title=_("申请数据"),
    subject=Seen(table_named),
    arguments=lambda _request, table: {"table": table},
    initial=as_own_before,
    facts=about_table,
    template="portal/sharing_form.html",
    submit=_("提交申请"),
    icon="key-round",
    proves=True,
    to="requests",
    done=lambda made: _now("已提交，编号 %(number)s。") % {"number": made.case_number},
)
def request_data(request: PageRequest, form: datahub.GrantForm, table: SharedTable) -> datahub.Grant:
    return services.ask(
        by=request.actor,
        person_id=request.viewer.person_id or 0,
        token=form.cleaned_data["token"],
        table_key=table.key,
        vendor=form.cleaned_data["vendor"],
        terms=form.terms(),
    )


def seen_request(request: PageRequest, public_id: UUID) -> datahub.Grant:
    """Of a case that is there for this reader, one that holds for his unit, and any for a steward."""
    case = flows.Case.objects.filter(subject_key=SUBJECT, subject_id=str(public_id)).first()
    if case is None or not is_seen(request.viewer, case):
        raise NotFoundError(what=datahub.Grant.what)
    found = datahub.Grant.objects.select_related("vendor").get(public_id=public_id)
    found.case = case  # type: ignore[attr-defined]
    return found


def is_seen(viewer: Viewer, case: flows.Case) -> bool:
    if ROLE in viewer.roles or flows.sees_case(viewer.person_id, case.pk):
        return True
    return units_grants(viewer).filter(public_id=case.subject_id).exists()


@requests.page("<uuid:public_id>/", title=_("一件数据共享申请"), subject=Seen(seen_request))
def request_page(request: PageRequest, found: datahub.Grant) -> HttpResponseBase:
    """What it would give now, and what of that was otherwise when it was asked for."""
    table = datahub.shared_tables().get(found.table_key)
    waits = found.state == State.IN_CASE
    said = datahub.grant_words.said_of(found) | {"until": dates.short_day(found.expires_on, None)}
    left_out = () if waits else COMPARED
    read = datahub.Grant.in_effect().filter(vendor=found.vendor_id).exclude(pk=found.pk)
    facts = {
        "grant": with_ways_on(request.viewer, [found])[0],
        "is_ours": units_grants(request.viewer).filter(pk=found.pk).exists(),
        "state": dict(STANDINGS)[standing_of(found)],
        "said": [(words.term(one.label), said[one.key]) for one in FORM if one.key in said.keys() - left_out],
        "rows_today": f"{datahub.grant_words.rows_today(found, table):,}" if table else "—",
        "changed": changed_since(found) if waits else [],
        "case_url": case_url(request, found),
        "may_refuse": may_refuse(request.viewer, found),
        "others": list_of(request, Others, list(read), caption=_("这家单位现在能读的"), empty=NOTHING_ELSE),
    }
    return render(request, "portal/sharing.html", facts)


def case_url(request: PageRequest, found: datahub.Grant) -> str:
    """Empty where this reader has nothing to do with the case: a steward to whom it has not come."""
    case = found.case  # type: ignore[attr-defined]
    sees = flows.sees_case(request.viewer.person_id, case.pk)
    return reverse("flows:case", args=[case.public_id]) if sees else ""


def may_refuse(viewer: Viewer, found: datahub.Grant) -> bool:
    return ROLE in viewer.roles and found.state == State.IN_CASE and found.author_id != viewer.account_id


def changed_since(grant: datahub.Grant) -> list[str]:
    """Labels of what its case says otherwise than would be given now: agreed to, nothing is given."""
    with translation.override(settings.LANGUAGE_CODE):
        now = datahub.grant_words.said_of(grant)
    keys = datahub.grant_words.differing(grant.case.data, now)  # type: ignore[attr-defined]
    return [words.term(one.label) for one in FORM if one.key in keys]


def own_request(request: PageRequest, public_id: UUID) -> datahub.Grant:
    found = own_grants(request.viewer).filter(public_id=public_id).first()
    if found is None:
        raise NotFoundError(what=datahub.Grant.what)
    return found


@requests.form(
    "<uuid:public_id>/end/",
    ReasonForm,
    title=_("终止共享"),
    lead=_("立刻生效：对方的系统马上读不到。要再读，重新申请。"),
    subject=Seen(own_request),
    submit=_("终止"),
    tone="danger",
    icon="ban",
    to="requests",
    done=_("已终止，立刻生效。"),
)
def end_request(request: PageRequest, form: ReasonForm, found: datahub.Grant) -> None:
    datahub.grants.end(by=request.actor, grant=found, reason=form.cleaned_data["reason"])


def request_to_refuse(request: PageRequest, public_id: UUID) -> datahub.Grant:
    found = seen_request(request, public_id)
    if not may_refuse(request.viewer, found):
        raise NotFoundError(what=datahub.Grant.what)
    return found


@request_page.form(
    "refuse/",
    ReasonForm,
    title=_("不同意这份申请"),
    lead=_("不等别人决定，申请到此为止；申请人看得到理由，可以重新申请。"),
    subject=Seen(request_to_refuse),
    submit=_("不同意"),
    tone="danger",
    icon="ban",
    proves=True,
    done=_("没有同意，申请已结束。"),
)
def refuse_request(request: PageRequest, form: ReasonForm, found: datahub.Grant) -> None:
    person_id, case = request.viewer.person_id or 0, found.case  # type: ignore[attr-defined]
    services.refuse(by=request.actor, person_id=person_id, case=case, reason=form.cleaned_data["reason"])


datahub.grants.request_pages[KEY] = lambda grant: desk.address("request_page", {"public_id": grant.public_id})
flows.subject_pages[SUBJECT] = lambda viewer, public_id: (
    desk.address("request_page", {"public_id": public_id}) if is_staff(viewer) else ""
)
