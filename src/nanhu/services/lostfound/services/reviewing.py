"""Review (审核): another than the author approves, or rejects with a reason; reports of abuse hide until then."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.actors import Actor, account_of
from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.proposals import given, refuse_same_person
from nanhu.platforms.flows import api as flows
from nanhu.services.lostfound import policies, rules
from nanhu.services.lostfound.errors import ConcernedError, OwnItemError, WaitsForOthersError
from nanhu.services.lostfound.models import AbuseReport, Item
from nanhu.services.lostfound.services.suggesting import suggest
from nanhu.services.lostfound.services.trail import day_ago, end_claims, locked, note, notify, refuse_beyond

State = Item.State
MENDED = (State.PENDING, State.OPEN, State.EXPIRED)
"""From which a rejection leads to 驳回, where its author may say it anew."""


@transaction.atomic
def approve(*, by: Actor, item: Item) -> Item:
    """On the board for thirty days from now; what stood there already goes on, with its photos."""
    found = waiting(by, item)
    is_new = found.state == State.PENDING
    if is_new:
        found.state, found.expires_on = State.OPEN, campus_today() + rules.SHOWN_FOR
    found.hidden_at, found.shows_photos, found.answer = None, True, ""
    found.approved_at = now()
    found.save()
    note(by, "lostfound.approve", found)
    if is_new:
        suggest(found)
    return found


@transaction.atomic
def reject(*, by: Actor, item: Item, reason: str) -> Item:
    """Off the board; its author is told why and may mend it. What was ended before the review stays so, and does not come back."""
    found = waiting(by, item)
    found.answer, found.approved_at, found.hidden_at = given(reason), None, None
    if found.state in MENDED:
        found.state, found.ended_at = State.REJECTED, now()
    found.save()
    end_claims(found)
    note(by, "lostfound.reject", found, found.answer)
    says = _("您发布的失物“%(item)s”没有通过：%(reason)s。可以在“失物招领·我的”里看。")
    notify(found.author, says, item=found.title, reason=found.answer)
    return found


def waiting(by: Actor, item: Item) -> Item:
    """Locked, and signed by its reviewer, who has not reported it himself; the caller saves."""
    found = locked(item)
    refuse_same_person(by, found.author_id)
    if found.reports.filter(author_id=by.account_id).exists():
        raise ConcernedError
    if found.review_due_at is None:
        raise WaitsForOthersError
    found.review_due_at, found.alarmed_at = None, None
    found.reviewer_id, found.reviewer_name, found.reviewed_at = by.account_id, by.name, now()
    return found


@transaction.atomic
def report(*, by: Actor, item: Item, reason: str) -> Item:
    """Hidden at once, until somebody reviewed it. A person's second report of the same item hides nothing."""
    found = locked(item)
    if found.author_id == by.account_id:
        raise OwnItemError
    if not policies.is_on_board(found):
        raise found.wrong_state()
    author_id, mine = account_of(by), AbuseReport.objects.filter(author_id=by.account_id)
    if not mine.filter(item=found).exists():
        refuse_beyond(author_id, mine.filter(at__gt=day_ago()), rules.MOST_REPORTS_A_DAY, _("举报"))
        AbuseReport.objects.create(item=found, author_id=author_id, author_name=by.name, reason=given(reason))
        found.hidden_at, found.alarmed_at = now(), None
        found.review_due_at = found.review_due_at or flows.due_after(now(), rules.REVIEW_MINUTES)
        found.save()
        note(by, "lostfound.report", found, given(reason))
    return found


@transaction.atomic
def unlock(*, by: Actor, item: Item) -> Item:
    """Claims are open again, three wrong ones count anew; by nobody who published or claimed it."""
    found = locked(item, [State.OPEN])
    refuse_same_person(by, found.author_id)
    if found.claims.filter(claimer_id=by.account_id).exists():
        raise ConcernedError
    if found.locked_at is not None:
        found.locked_at, found.unlocked_at = None, now()
        found.save()
        note(by, "lostfound.unlock", found)
    return found
