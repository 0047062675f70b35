"""Claims (认领): whoever says that a found thing is his describes its mark; who keeps it says yes or no. Three wrong ones lock it."""

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import pgettext

from nanhu.kernel.actors import Actor, account_of
from nanhu.kernel.clock import now
from nanhu.services.lostfound import policies, rules
from nanhu.services.lostfound.errors import ClaimedBeforeError, NotClaimableError, NotOnTheShelfError, OwnItemError
from nanhu.services.lostfound.models import Claim, Conversation, Item, Message
from nanhu.services.lostfound.services.trail import day_ago, locked, note, notify, refuse_beyond

State = Claim.State


@transaction.atomic
def claim(*, by: Actor, item: Item, mark: str) -> Claim:
    found = locked(item)
    if found.author_id == by.account_id:
        raise OwnItemError
    if not is_claimable(found):
        raise NotClaimableError
    claimer_id = account_of(by)
    before = found.claims.filter(claimer_id=claimer_id).first()
    if before is not None and before.state != State.OVER:
        raise ClaimedBeforeError
    lately = Claim.objects.filter(claimer_id=claimer_id, created_at__gt=day_ago())
    refuse_beyond(claimer_id, lately, rules.MOST_CLAIMS_A_DAY, pgettext("item", "认领"))
    made = before or Claim(item=found, claimer_id=claimer_id)
    made.claimer_name, made.mark, made.state, made.created_at, made.decided_at = (
        by.name,
        mark,
        State.WAITING,
        now(),
        None,
    )
    made.save()
    note(by, "lostfound.claim", found)
    if found.keeper == Item.Keeper.SELF:
        says = _lazy("有人认领您捡到的“%(item)s”并说了特征，请到“失物招领·我的”里答复。")
        notify(found.author, says, item=found.title)
    return made


def is_claimable(item: Item) -> bool:
    is_taken = item.claims.filter(state=State.RIGHT).exists()
    return item.kind == Item.Kind.FOUND and policies.is_on_board(item) and item.locked_at is None and not is_taken


@transaction.atomic
def decide(*, by: Actor, one: Claim, is_right: bool) -> Claim:
    """By the one who keeps the thing, never by its claimer, also after its thirty days; the desk compares with what it has. The item's
    lock first, so that two answers come one after the other."""
    item = locked(one.item, Item.ANSWERED)
    if item.keeper == Item.Keeper.DESK and item.handed_in_at is None:
        raise NotOnTheShelfError
    found = Claim.objects.select_for_update(of=("self",)).select_related("claimer").get(pk=one.pk)
    if found.claimer_id == by.account_id:
        raise OwnItemError
    if found.state != State.WAITING:
        raise found.wrong_state()
    if is_right and item.claims.filter(state=State.RIGHT).exists():
        raise NotClaimableError
    found.state, found.decided_at, found.decided_by_name = State.RIGHT if is_right else State.WRONG, now(), by.name
    found.save()
    note(by, "lostfound.decide_claim", item, state=found.state)
    if is_right:
        agree_on_a_place(item, found)
    else:
        lock_after_wrong(by, item)
        notify(found.claimer, _lazy("您认领的“%(item)s”，特征没有说对。"), item=item.title)
    return found


def agree_on_a_place(item: Item, found: Claim) -> None:
    """At the desk he fetches it; with the finder he arranges it by messages."""
    if item.keeper == Item.Keeper.DESK:
        says = _lazy("您认领的“%(item)s”特征对了，请带证件到失物招领处领取。")
    elif opened_again(item, found):
        says = _lazy("您认领的“%(item)s”特征对了，请到“失物招领·我的”里留言，约时间地点。")
    else:
        says = _lazy("您认领的“%(item)s”特征对了。你们的留言因举报已结束，请到失物招领处约交还。")
    notify(found.claimer, says, item=item.title)


def opened_again(item: Item, found: Claim) -> bool:
    """Their conversation, also one that was ended; not one that was reported, be it at this very moment."""
    rows = Conversation.objects.select_for_update()
    talk, _is_new = rows.get_or_create(item=item, guest=found.claimer)
    if talk.reports.exists():
        return False
    talk.closed_at = None
    talk.save(update_fields=["closed_at"])
    words = _("特征说对了。我们约个时间地点交还吧。")
    Message.objects.create(conversation=talk, sender=item.author, words=words)
    return True


def lock_after_wrong(by: Actor, item: Item) -> None:
    wrong = item.claims.filter(state=State.WRONG)
    if item.unlocked_at is not None:
        wrong = wrong.filter(decided_at__gt=item.unlocked_at)
    if item.locked_at is None and wrong.count() >= rules.MOST_WRONG_CLAIMS:
        item.locked_at = now()
        item.save()
        note(by, "lostfound.lock", item)
