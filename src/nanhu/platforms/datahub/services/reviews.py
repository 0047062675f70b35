"""The review queue (待核对): a human says whether two are one."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.errors import WrongStateError
from nanhu.platforms.datahub.cleaning.names import folded
from nanhu.platforms.datahub.errors import PartedElsewhereError
from nanhu.platforms.datahub.findings import Finding
from nanhu.platforms.datahub.models import Issue, KnownDocument, LandingRow, Review
from nanhu.platforms.datahub.services.loosening import ask_about, loosen
from nanhu.platforms.datahub.services.mending import replay_rows
from nanhu.platforms.datahub.services.outcome import recount
from nanhu.platforms.datahub.services.rebuilding import cleaned, in_batches, rebuild, split_rows
from nanhu.platforms.people import api as people


@transaction.atomic
def decide_same(*, by: Actor, review_id: int, kept_id: int, reason: str) -> Review:
    """The two are one person: `kept_id` stays. A held row is then played again."""
    people.lock_golden()
    review = lock_review(review_id, Review.State.OPEN)
    if review.right_id is None:
        return decide_alias(review, by=by, state=Review.State.SAME, reason=reason)
    roots = people.heirs([review.left_id, review.right_id])
    left_id, right_id = (roots.get(one, one) for one in (review.left_id, review.right_id))
    if left_id == right_id:
        return agree_with_merge(review, by=by, reason=reason)
    kept_id = roots.get(kept_id, kept_id)
    gone_id = right_id if kept_id == left_id else left_id
    remember_numbers([kept_id, gone_id])
    change_set = people.merge_persons(by=by, kept_id=kept_id, gone_id=gone_id, reason=reason)
    review.change_set_id = change_set.id
    close(review, by=by, state=Review.State.SAME)
    rebuild(by=by, person_ids=[kept_id], reason=reason)
    if review.row is not None:
        replay_rows(by=by, batch_id=review.row.batch_id, row_ids=[review.row.id])
    return review


def agree_with_merge(review: Review, *, by: Actor, reason: str) -> Review:
    """They became one by other reviews since this one was opened."""
    close(review, by=by, state=Review.State.SAME)
    if review.row is not None:
        replay_rows(by=by, batch_id=review.row.batch_id, row_ids=[review.row.id])
    audit.record(by=by, action="datahub.decide_same", target=f"review:{review.pk}", reason=reason)
    return review


def decide_alias(review: Review, *, by: Actor, state: Review.State, reason: str) -> Review:
    """Who is known under this number is also who rows call otherwise, or never is: said once, for all rows that say the same."""
    same = Review.objects.select_for_update(of=("self",)).select_related("row")
    same = same.filter(left=review.left_id, right=None, alias=review.alias, state=Review.State.OPEN)
    waiting = list(same.order_by("id"))
    for one in waiting:
        close(one, by=by, state=state)
    for one in waiting:
        if one.row is not None and state == Review.State.SAME:
            replay_rows(by=by, batch_id=one.row.batch_id, row_ids=[one.row.id])
        elif one.row is not None:
            reject_held(one.row)
    target = f"review:{review.pk}"
    if state == Review.State.SAME:
        audit.record(by=by, action="datahub.decide_same", target=target, reason=reason)
    else:
        audit.record(by=by, action="datahub.decide_different", target=target, reason=reason)
    review.refresh_from_db()
    return review


def remember_numbers(person_ids: list[int]) -> None:
    """By which campus number each document came: later files with either must not exchange them."""
    for person_id, index, kind, country in people.current_documents(person_ids):
        numbers = people.numbers_of(person_id)
        KnownDocument.objects.get_or_create(
            index=index,
            kind=kind,
            nationality=country,
            defaults={"person_id": person_id, "campus_no": numbers[0] if numbers else ""},
        )


@transaction.atomic
def decide_different(*, by: Actor, review_id: int, reason: str) -> Review:
    """They are two. A held row cannot stand then: it is rejected, with this decision as the reason."""
    people.lock_golden()
    review = lock_review(review_id, Review.State.OPEN)
    if review.right_id is None:
        return decide_alias(review, by=by, state=Review.State.DIFFERENT, reason=reason)
    close(review, by=by, state=Review.State.DIFFERENT)
    if review.row is not None:
        reject_held(review.row)
    audit.record(by=by, action="datahub.decide_different", target=f"review:{review_id}", reason=reason)
    return review


@transaction.atomic
def part_again(*, by: Actor, review_id: int, reason: str) -> Review:
    """Undo what this review decided, whatever files came since; it is decided as different from now on."""
    people.lock_golden()
    review = lock_review(review_id, Review.State.SAME)
    if review.right_id is not None and review.change_set_id is None:
        raise PartedElsewhereError
    merged_at = review.decided_at or now()
    close(review, by=by, state=Review.State.DIFFERENT)
    if review.row is not None:
        reject_held(review.row)
    if review.right_id is None:
        kept_id = restored_id = review.left_id
        take_out_alias(review, by=by)
    else:
        numbers = set(people.numbers_of_merge(review.change_set_id or 0))
        kept_id, restored_id = people.part_persons(by=by, merge_id=review.change_set_id or 0, reason=reason)
        split_rows(kept_id=kept_id, gone_id=restored_id, numbers=numbers, merged_at=merged_at)
    parted = loosen(by=by, person_ids=[kept_id, restored_id], reason=reason)
    rebuild(by=by, person_ids=[kept_id, restored_id, *parted], reason=reason)
    ask_about(parted, by=by)
    audit.record(by=by, action="datahub.part_again", target=f"review:{review_id}", reason=reason)
    return review


def take_out_alias(review: Review, *, by: Actor) -> None:
    """All that was said of the person under this name since the question was put, in whichever file; and what it taught."""
    family, alias = list(people.families([review.left_id])), folded(review.alias)
    decided = Review.objects.select_for_update(of=("self",)).filter(left__in=family, right=None).select_related("row")
    equal = [one for one in decided.order_by("id") if folded(one.alias) == alias]
    for one in equal:
        if one.state == Review.State.SAME:
            close(one, by=by, state=Review.State.DIFFERENT)
    since = min(one.row_id or 0 for one in equal)
    number = number_of(review) if review.reasons == ["campus_no"] else ""
    rows = LandingRow.objects.filter(person_id__in=family, state=LandingRow.State.ACCEPTED)
    stay: set[str] = set()
    gone: set[str] = set()
    for spec, batch, accepted in in_batches(rows):
        for row in cleaned(spec, batch, list(accepted)):
            is_other = row.clean is not None and row.row_id >= since and folded(row.clean.name) == alias
            is_other = is_other and (not number or (row.clean is not None and row.clean.id_number == number))
            (gone if is_other else stay).add(row.campus_no)
            if is_other:
                reject_held(LandingRow.objects.get(id=row.row_id))
    learnt = KnownDocument.objects.filter(person_id__in=family)
    learnt.filter(campus_no__in=gone - stay).delete()
    if number:
        learnt.filter(index=people.document_indexes([number])[number]).delete()


def number_of(review: Review) -> str:
    """Of the document that the row brought: where a campus number and a name agreed, it is all that tells it apart."""
    if review.row is None:
        return ""
    rows = LandingRow.objects.filter(id=review.row.pk)
    for spec, batch, accepted in in_batches(rows):
        return next((row.clean.id_number or "" for row in cleaned(spec, batch, list(accepted)) if row.clean), "")
    return ""


def lock_review(review_id: int, state: str) -> Review:
    review = Review.objects.select_for_update(of=("self",)).select_related("row").get(id=review_id)
    if review.state != state:
        raise WrongStateError(what=_("这一对"), state=review.get_state_display())
    return review


def close(review: Review, *, by: Actor, state: str) -> None:
    review.state, review.decided_by, review.decided_at = state, by.name, now()
    review.save()


def reject_held(row: LandingRow) -> None:
    row.state, row.person_id = LandingRow.State.REJECTED, None
    row.save(update_fields=["state", "person"])
    recount([row.batch_id])
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
