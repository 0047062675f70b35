"""The review queue: two cards side by side, and a decision with its reason."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q
from django.http import HttpResponseBase
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.crypto import mask_id_number
from nanhu.kernel.kit import Empty, Filters, Link, Number, PageRequest, Person, Table, Text, Views, listing
from nanhu.kernel.kit.records import record
from nanhu.kernel.registry import Viewer
from nanhu.platforms.datahub.forms import DecisionForm
from nanhu.platforms.datahub.labels import field_label, field_labels
from nanhu.platforms.datahub.models import Review
from nanhu.platforms.datahub.services.reviews import decide_different, decide_same, part_again
from nanhu.platforms.datahub.views.desk import desk
from nanhu.platforms.people import api as people

State = Review.State
NONE = Empty(title=_("这里是空的"), icon="users", text=_("导入时发现很像的两个人，会放到这里。"))


def waiting_line(review: Review) -> str:
    if review.row is None:
        return ""
    return _now("批次 #%(n)s 第 %(line)s 行等待判断") % {"n": review.batch_id, "line": review.row.line}


class Reviews(Table):
    left = Person(_("甲"), "left_id")
    right = Person(_("乙"), "right_id")
    reasons = Text(_("相同之处"), lambda review: field_labels(review.reasons))
    score = Number(_("相似"))
    waits = Text(_("等待的行"), waiting_line)
    open = Link(_("操作"), lambda _review: _("核对"), to="review", by=("pk",))


def counted() -> dict[str, int]:
    rows = Review.objects.values_list("state").annotate(times=Count("id"))
    return {"" if state == State.OPEN else state: times for state, times in rows.values_list("state", "times")}


class ReviewFilters(Filters):
    """What is open stands there unless what was decided is asked for."""

    state = Views(
        {one.value: (one.label, Q(state=one)) for one in (State.SAME, State.DIFFERENT)},
        everything=State.OPEN.label,
        counts=counted,
    )


def open_reviews(_viewer: Viewer) -> int:
    return Review.objects.filter(state=State.OPEN).count()


@desk.page(
    "reviews/",
    title=_("待核对"),
    tab=_("待核对"),
    lead=_("程序无法确定的，由人工判断。归并可以撤销。"),
    count=open_reviews,
    waits=True,
)
def reviews(request: PageRequest) -> HttpResponseBase:
    state = ReviewFilters(request.GET).given(ReviewFilters.state)[""] or State.OPEN
    rows = Review.objects.filter(state=state).select_related("row").order_by("-score", "id")
    return listing(request, Reviews, rows, ReviewFilters, empty=NONE)


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two, as the steward compares them."""

    key: str
    card: people.PersonCard
    birth_date: date | None
    document: str


def sides(review: Review) -> list[Side]:
    """The ids may belong to one card by now: a merged person shows the one it went into."""
    cards = people.person_cards([review.left_id, review.right_id])
    return [
        Side(key, cards[person.id], person.birth_date, mask_id_number(person.id_number) if person.id_number else "")
        for key, person in (("left", review.left), ("right", review.right))
    ]


def compared(_request: PageRequest, found: Review) -> dict[str, Any]:
    return {"review": found, "persons": sides(found), "reasons": list(map(field_label, found.reasons))}


@reviews.form(
    "<int:pk>/",
    DecisionForm,
    title=_("是同一个人吗？"),
    subject=record(Review.objects.select_related("row", "left", "right"), _("这一对")),
    template="datahub/review.html",
    facts=compared,
    done=str,
)
def review(request: PageRequest, form: DecisionForm, found: Review) -> str:
    by, verdict, reason = request.actor, form.cleaned_data["verdict"], form.cleaned_data["reason"]
    if verdict == "different":
        decide_different(by=by, review_id=found.pk, reason=reason)
        return _now("已记为不是同一人。")
    if verdict == "part":
        part_again(by=by, review_id=found.pk, reason=reason)
        return _now("已撤销归并，两条记录恢复原样。")
    kept_id = found.left_id if verdict == "left" else found.right_id
    decide_same(by=by, review_id=found.pk, kept_id=kept_id, reason=reason)
    return _now("已归并为一人。需要时可以撤销。")
