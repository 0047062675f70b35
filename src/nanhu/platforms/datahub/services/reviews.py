"""The review queue (待核对): a human says whether two are one."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.errors import WrongStateError
from nanhu.platforms.datahub.findings import Finding
from nanhu.platforms.datahub.models import Issue, LandingRow, Review
from nanhu.platforms.datahub.services.mending import replay_rows
from nanhu.platforms.people import api as people


@transaction.atomic
def decide_same(*, by: Actor, review_id: int, kept_id: int, reason: str) -> Review:
    """The two are one person: `kept_id` stays. A held row is then played again."""
    people.lock_golden()
    review = lock_review(review_id, Review.State.OPEN)
    gone_id = review.right_id if kept_id == review.left_id else review.left_id
    change_set = people.merge_persons(by=by, kept_id=kept_id, gone_id=gone_id, reason=reason)
    review.change_set_id = change_set.id
    close(review, by=by, state=Review.State.SAME)
    if review.row is not None:
        replay_rows(by=by, batch_id=review.row.batch_id, row_ids=[review.row.id])
    return review


@transaction.atomic
def decide_different(*, by: Actor, review_id: int, reason: str) -> Review:
    """They are two. A held row cannot stand then: it is rejected, with this decision as the reason."""
    review = lock_review(review_id, Review.State.OPEN)
    close(review, by=by, state=Review.State.DIFFERENT)
    if review.row is not None:
        reject_held(review.row)
    audit.record(by=by, action="datahub.decide_different", target=f"review:{review_id}", reason=reason)
    return review


@transaction.atomic
def part_again(*, by: Actor, review_id: int, reason: str) -> Review:
    """Undo a merge that came from this review; the pair is decided as different from now on."""
    people.lock_golden()
    review = lock_review(review_id, Review.State.SAME)
    people.revert_change_set(by=by, change_set_id=review.change_set_id or 0, reason=reason)
    close(review, by=by, state=Review.State.DIFFERENT)
    audit.record(by=by, action="datahub.part_again", target=f"review:{review_id}", reason=reason)
    return review


def lock_review(review_id: int, state: str) -> Review:
    review = Review.objects.select_for_update(of=("self",)).select_related("row").get(id=review_id)
    if review.state != state:
        raise WrongStateError(what=_("这一对"), state=review.get_state_display())
    return review


def close(review: Review, *, by: Actor, state: str) -> None:
    review.state, review.decided_by, review.decided_at = state, by.name, now()
    review.save()


def reject_held(row: LandingRow) -> None:
    row.state = LandingRow.State.REJECTED
    row.save(update_fields=["state"])
    Issue.objects.filter(row=row, resolved_at=None, severity="review").update(resolved_at=now())
    finding = Finding("decided_different", "id_number")
    Issue.objects.create(
        batch_id=row.batch_id,
        row=row,
        line=row.line,
        code=finding.code,
        column=finding.column,
        severity=finding.severity,
    )
