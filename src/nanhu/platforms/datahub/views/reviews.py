"""The review queue: two side by side, field by field, and a decision with its reason."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Count, Q
from django.http import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.kit import Empty, Filters, PageRequest, Person, PersonLink, Table, Text, Views, list_of, listing
from nanhu.kernel.kit.records import record
from nanhu.kernel.kit.waiting import entered
from nanhu.platforms.datahub.forms import DecisionForm, NumbersForm
from nanhu.platforms.datahub.labels import field_label, field_labels
from nanhu.platforms.datahub.models import Review
from nanhu.platforms.datahub.services.reviews import decide_different, decide_same, part_again
from nanhu.platforms.datahub.views.comparing import Beside, Pair, comparison, note_look, sides_of
from nanhu.platforms.datahub.views.desk import desk
from nanhu.platforms.datahub.views.looks import tell_persons_seen

State = Review.State
NONE = Empty(title=_("这里是空的"), icon="users", text=_("导入时发现很像的两个人，会放到这里。"))


def waiting_line(review: Review) -> str:
    if review.row is None:
        return ""
    if review.alias:
        return _now("批次 #%(n)s 第 %(line)s 行，名叫%(alias)s") % {
            "n": review.batch_id,
            "line": review.row.line,
            "alias": review.alias,
        }
    return _now("批次 #%(n)s 第 %(line)s 行等待判断") % {"n": review.batch_id, "line": review.row.line}


def shown_score(review: Review) -> str:
    return f"{review.score}%" if review.model else ""


class Reviews(Table):
    left = PersonLink(_("甲"), "left_id", to="review", by=("pk",))
    right = Person(_("乙"), "right_id")
    reasons = Text(_("相同之处"), lambda review: field_labels(review.reasons))
    score = Text(_("同一人的可能"), shown_score)
    waits = Text(_("等待的行"), waiting_line)


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


open_reviews = entered("datahub.reviews", lambda: Review.objects.filter(state=State.OPEN))


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
    rows = Review.objects.filter(state=state).select_related("row").annotate(is_pair=Q(row=None))
    rows = rows.order_by("is_pair", "-score", "id")

    def seen(shown: Sequence[Review]) -> Sequence[Review]:
        told = {one for review in shown for one in (review.left_id, review.right_id) if one}
        tell_persons_seen(sorted(told), _now("待核对"), by=request.actor)
        return shown

    return listing(request, Reviews, rows, ReviewFilters, each=seen, empty=NONE)


def compared(request: PageRequest, found: Review) -> dict[str, Any]:
    """Whenever the two are drawn, also below a refusal, who saw them is written down."""
    tell_persons_seen((one.pk for one in (found.left, found.right) if one), _now("待核对"), by=request.actor)
    return facts_of(request, found)


def facts_of(request: PageRequest, found: Review, *, is_open: bool = False) -> dict[str, Any]:
    lines = comparison(found, is_open=is_open)
    return {
        "review": found,
        "persons": sides_of(found),
        "comparison": list_of(
            request, Beside if found.alias else Pair, lines, caption=_now("逐项比较"), per_page=len(lines) or 1
        ),
        "reasons": list(map(field_label, found.reasons)),
    }


@reviews.form(
    "<int:pk>/",
    DecisionForm,
    title=_("是同一个人吗？"),
    subject=record(Review.objects.select_related("row__batch", "left", "right"), _("这一对")),
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
    kept_id = found.right_id if verdict == "right" and found.right_id else found.left_id
    decide_same(by=by, review_id=found.pk, kept_id=kept_id, reason=reason)
    if found.right_id is None:
        return _now("已采用，记在这个人名下。需要时可以撤销。")
    return _now("已归并为一人。需要时可以撤销。")


@review.form(
    "numbers/",
    NumbersForm,
    title=_("查看完整号码"),
    lead=_("查看和原因会记入这两个人的“谁查看过我”。"),
    submit=_("查看"),
    icon="eye",
)
def numbers(request: PageRequest, form: NumbersForm, found: Review) -> HttpResponseBase:
    """The same comparison with whole numbers, and the decision beside it."""
    note_look(found, by=request.actor, purpose=form.cleaned_data["purpose"])
    facts = facts_of(request, found, is_open=True) | {"form": DecisionForm(), "is_open": True}
    return render(request, "datahub/review.html", facts)
