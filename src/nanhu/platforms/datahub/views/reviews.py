"""The review queue: two cards side by side, and a decision with its reason."""

from dataclasses import dataclass
from datetime import date

from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from nanhu.kernel.actors import actor_of
from nanhu.kernel.crypto import mask_id_number
from nanhu.platforms.datahub.forms import DecisionForm
from nanhu.platforms.datahub.labels import field_label
from nanhu.platforms.datahub.models import Review
from nanhu.platforms.datahub.registrations import STEWARD
from nanhu.platforms.datahub.services.reviews import decide_different, decide_same, part_again
from nanhu.platforms.datahub.views.common import page_of
from nanhu.platforms.identity.api import role_required
from nanhu.platforms.people import api as people


@require_safe
@role_required(STEWARD)
def reviews_page(request: HttpRequest) -> HttpResponse:
    state = request.GET.get("state", Review.State.OPEN)
    state = state if state in Review.State.values else Review.State.OPEN
    page = page_of(request, Review.objects.filter(state=state).select_related("row", "batch").order_by("-score", "id"))
    cards = people.person_cards({i for review in page for i in (review.left_id, review.right_id)})
    lines = [
        (review, cards.get(review.left_id), cards.get(review.right_id), list(map(field_label, review.reasons)))
        for review in page
    ]
    counts = dict(Review.objects.values_list("state").annotate(times=Count("id")).values_list("state", "times"))
    tabs = [(value, label, f"?state={value}", counts.get(value, 0)) for value, label in Review.State.choices]
    context = {"page": page, "lines": lines, "state": state, "tabs": tabs, "query": f"state={state}"}
    return render(request, "datahub/reviews.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(STEWARD)
def review_page(request: HttpRequest, review_id: int) -> HttpResponse:
    review = Review.objects.select_related("row", "batch", "left", "right").filter(id=review_id).first()
    if review is None:
        raise Http404
    form = DecisionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        decide(request, review, form.cleaned_data["verdict"], form.cleaned_data["reason"])
        return redirect("datahub:reviews")
    return render(
        request,
        "datahub/review.html",
        {"review": review, "form": form, "persons": sides(review), "reasons": list(map(field_label, review.reasons))},
    )


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


def decide(request: HttpRequest, review: Review, verdict: str, reason: str) -> None:
    by = actor_of(request)
    if verdict == "different":
        decide_different(by=by, review_id=review.id, reason=reason)
        messages.success(request, _("已记为不是同一人。"))
    elif verdict == "part":
        part_again(by=by, review_id=review.id, reason=reason)
        messages.success(request, _("已撤销归并，两条记录恢复原样。"))
    else:
        kept_id = review.left_id if verdict == "left" else review.right_id
        decide_same(by=by, review_id=review.id, kept_id=kept_id, reason=reason)
        messages.success(request, _("已归并为一人。需要时可以撤销。"))
