"""Lineage (数据来历) of a person: each value, the batch and line that said it, the rules that cleaned it, and who received it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import audit
from nanhu.kernel.kit import Day, Link, Moment, Number, PageRequest, Table, Text, list_of
from nanhu.kernel.ui import words
from nanhu.platforms.datahub.labels import field_label
from nanhu.platforms.datahub.models import Batch, Delivery, LandingRow, SharedRow
from nanhu.platforms.datahub.shared.declarations import KEY_ENDS, PERSON, shared_tables
from nanhu.platforms.datahub.shared.writers import title_of
from nanhu.platforms.datahub.views.desk import home
from nanhu.platforms.people import api as people

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

LOOK = "datahub.look_lineage"
MOST = 200
HIDDEN = "••••••"
"""What this page need not show to say where it is from."""


def table_name(key: str) -> str:
    return words.term(shared_tables()[key].name) if key in shared_tables() else key


def place_of(one: SharedRow) -> str:
    return _now("第 {line} 行").format(line=one.landing.line) if one.landing else ""


@dataclass(frozen=True, slots=True)
class Value:
    """A golden value and where it is from; `pk` is the batch's."""

    label: str
    shown: str
    source: str
    at: Any
    pk: int | None
    rules: str


class Values(Table):
    label = Text(_("项"))
    shown = Text(_("现在的值"))
    source = Text(_("来源"))
    pk = Link(_("批次"), lambda one: f"#{one.pk}" if one.pk else "—", to="batch", by=("pk",))
    rules = Text(_("规则版本"), is_number=True)


class Rows(Table):
    source = Text(_("来源"), lambda one: title_of(one.batch.source))
    batch_id = Link(_("批次"), lambda one: f"#{one.batch_id}", to="batch", by=("batch__pk",))
    pk = Link(
        _("位置"), lambda one: f"{one.sheet} {_now('第 {line} 行').format(line=one.line)}".strip(), to="row", by=("pk",)
    )
    state = Text(_("状态"), "get_state_display")
    created_at = Moment(_("时间"))


class Shared(Table):
    table_key = Text(_("共享表"), lambda one: table_name(one.table_key))
    pk = Link(_("行"), lambda one: one.key.replace(KEY_ENDS, " · "), to="shared_row", by=("table_key", "pk"))
    batch_id = Link(_("批次"), lambda one: f"#{one.batch_id}" if one.batch_id else "—", to="batch", by=("batch__pk",))
    landing = Link(_("位置"), place_of, to="row", by=("landing__pk",))
    valid_from = Moment(_("从"))


class Deliveries(Table):
    consumer = Text(_("给了谁"), "grant__vendor__company")
    table_key = Text(_("共享表"), lambda one: table_name(one.grant.table_key))
    purpose = Text(_("用途"), "grant__purpose")
    day = Day(_("日期"))
    times = Number(_("次数"))


class WhoseForm(forms.Form):
    person = people.PersonField(label=_("学工号或姓名"))


@home.lookup(
    "lineage/",
    WhoseForm,
    title=_("数据来历"),
    tab=_("数据来历"),
    lead=_("一个人的每一项是哪个部门哪一批哪一行说的，按哪一版规则，给了谁。每次查看都记录，本人看得到。"),
    submit=_("查看"),
    icon="waypoints",
    template="datahub/lineage.html",
)
def lineage(request: PageRequest, form: WhoseForm) -> dict[str, Any]:
    person_id = form.cleaned_data["person"]
    card = people.person_card(person_id)
    numbers = sorted({one.campus_no for one in card.affiliations}) if card else []
    audit.record(by=request.actor, action=LOOK, target=f"person:{person_id}", reason=str(_("数据来历")))
    rows = (
        LandingRow.objects.filter(person_id__in=list(people.families([person_id])))
        .select_related("batch")
        .defer("batch__gone", "sealed", "raw")
    )
    living = SharedRow.objects.filter(valid_to=None, is_removed=False, **{f"data__{PERSON}__in": numbers})
    given = Delivery.objects.filter(campus_no__in=numbers).select_related("grant__vendor").order_by("-day", "-id")
    lists: list[tuple[type[Table], Iterable[Any], Any]] = [
        (Values, values_of(card) if card else [], _("主数据各项")),
        (Rows, rows.order_by("-id")[:MOST], _("说过这个人的行")),
        (
            Shared,
            living.select_related("landing", "batch")
            .defer("sealed", "batch__gone")
            .order_by("table_key", "key")[:MOST],
            _("共享表里的行"),
        ),
        (Deliveries, given[:MOST], _("给出的记录")),
    ]
    return {
        "name": card.name if card else "",
        "lists": [
            list_of(request, table, list(found), caption=caption, per_page=MOST) for table, found, caption in lists
        ],
    }


def values_of(card: people.PersonCard) -> list[Value]:
    shown: dict[str, Any] = {"name": card.name, "phone": card.phone_masked, "email": card.email}
    said = [("", name, shown.get(name, HIDDEN), stamp) for name, stamp in card.provenance.items()]
    for tie in card.affiliations:
        whose, own = f"{tie.campus_no} ", {"unit_id": tie.unit_name}
        said += [(whose, name, own.get(name, getattr(tie, name, "")), stamp) for name, stamp in tie.provenance.items()]
    stamps: list[Mapping[str, Any]] = [one[3] for one in said if isinstance(one[3], dict)]
    ids = {stamp["batch"] for stamp in stamps if stamp.get("batch")}
    rules = dict(Batch.objects.filter(pk__in=ids).values_list("pk", "rules"))
    return [
        Value(
            f"{whose}{field_label(name)}",
            str(value or "—"),
            title_of(str(stamp.get("source", ""))) or "—",
            stamp.get("at"),
            stamp.get("batch") if stamp.get("batch") in rules else None,
            rules.get(stamp.get("batch") or 0, "") or "—",
        )
        for whose, name, value, stamp in said
        if isinstance(stamp, dict)
    ]
