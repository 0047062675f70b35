"""Reports of conversations (举报留言): the conversation ends, a third person judges, who wrote abuse writes nothing for a time."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor, account_of
from nanhu.kernel.clock import now
from nanhu.kernel.once import lock_key
from nanhu.kernel.proposals import given, refuse_same_person
from nanhu.kernel.ui import dates
from nanhu.services.lostfound import rules
from nanhu.services.lostfound.errors import NothingToReportError, RelayBarredError, UnreadError, WaitsForOthersError
from nanhu.services.lostfound.models import Conversation, Message, RelayBar, TalkReport
from nanhu.services.lostfound.services.trail import day_ago, note, notify, refuse_beyond

LOOK = "lostfound.read_reported"


def bars_of(account_id: int) -> QuerySet[RelayBar]:
    """In force, the longest first."""
    return RelayBar.objects.filter(account_id=account_id, until__gt=now(), lifted_at=None).order_by("-until")


def refuse_barred(account_id: int) -> None:
    if bar := bars_of(account_id).first():
        raise RelayBarredError(until=dates.time_words(bar.until), reason=bar.reason)


def may_report(talk: Conversation, account_id: int) -> bool:
    written = talk.messages.exclude(sender_id=account_id).exists()
    return written and not talk.reports.filter(author_id=account_id).exists()


@transaction.atomic
def report(*, by: Actor, talk: Conversation, reason: str) -> TalkReport:
    """By either side, of what the other wrote. It ends for both: whoever reports everybody ends his own conversations, as he may anyhow."""
    author_id = account_of(by)
    found = Conversation.objects.select_for_update(of=("self",)).select_related("item").get(pk=talk.pk)
    if not may_report(found, author_id):
        raise NothingToReportError
    lately = TalkReport.objects.filter(author_id=author_id, at__gt=day_ago())
    refuse_beyond(author_id, lately, rules.MOST_REPORTS_A_DAY, _("举报"))
    accused = found.guest_id if found.item.author_id == author_id else found.item.author_id
    made = TalkReport.objects.create(conversation=found, author_id=author_id, accused_id=accused, reason=given(reason))
    found.closed_at = found.closed_at or now()
    found.save(update_fields=["closed_at"])
    note(by, "lostfound.report_conversation", found.item)
    return made


def to_judge(account: object) -> QuerySet[TalkReport]:
    """By nobody who is one of the two."""
    rows = TalkReport.objects.filter(judged_at=None).exclude(Q(author=account) | Q(accused=account))
    return rows.order_by("at")


@transaction.atomic
def look(*, by: Actor, one: TalkReport, purpose: str) -> list[Message]:
    """What the reported one wrote before the report, without a name, for who judges it or answers the objection: he reads who looked, and why.
    Without it nobody judges or answers."""
    found = TalkReport.objects.select_for_update().get(pk=one.pk)
    found.read_by = sorted({*found.read_by, account_of(by)})
    found.save(update_fields=["read_by"])
    audit.record(by=by, action=LOOK, target=f"person:{one.accused.person_id}", reason=given(purpose))
    return list(one.conversation.messages.filter(sender_id=one.accused_id, at__lte=one.at))


@transaction.atomic
def judge(*, by: Actor, one: TalkReport, days: int, reason: str) -> TalkReport:
    """`days`: for so long he writes no messages; 0: it was no abuse. Who reported hears that it was looked at, and not what came of it."""
    found = TalkReport.objects.select_for_update(of=("self",)).select_related("author", "accused").get(pk=one.pk)
    refuse_same_person(by, found.author_id)
    refuse_same_person(by, found.accused_id)
    if found.judged_at is not None:
        raise WaitsForOthersError
    refuse_unread(by, found)
    found.judge_id, found.judged_at = by.account_id, now()
    found.save(update_fields=["judge", "judged_at"])
    note(by, "lostfound.judge_conversation", found.conversation.item, given(reason), days=days)
    notify(found.author, _lazy("您举报的失物招领留言已经有人看过并处理，谢谢。"))
    if days:
        bar(by=by, one=found, days=days, reason=given(reason))
    return found


def refuse_unread(by: Actor, one: TalkReport) -> None:
    if by.account_id not in one.read_by:
        raise UnreadError


def bar(*, by: Actor, one: TalkReport, days: int, reason: str) -> None:
    until = now() + timedelta(days=days)
    RelayBar.objects.create(account=one.accused, report=one, reason=reason, until=until, by_id=account_of(by))
    audit.record(
        by=by, action="lostfound.bar", target=f"person:{one.accused.person_id}", reason=reason, facts={"days": days}
    )
    says = _lazy(
        "您写的失物招领站内留言被举报属实，%(until)s 以前不能再写留言：%(reason)s。不服可以在“失物招领·我的”里申诉一次。"
    )
    notify(one.accused, says, until=dates.lazy_time(until), reason=reason)


@transaction.atomic
def object_to(*, by: Actor, found: RelayBar, words: str) -> RelayBar:
    """Of who is barred, once and while it lasts."""
    row = locked_bar(found)
    if row.account_id != by.account_id or row.objected_at is not None or row.until <= now():
        raise WaitsForOthersError
    row.objection, row.objected_at = given(words), now()
    row.save(update_fields=["objection", "objected_at"])
    audit.record(by=by, action="lostfound.object_to_bar", target=f"person:{row.account.person_id}")
    return row


def to_answer(account: object) -> QuerySet[RelayBar]:
    """By none of who barred, who is barred and who reported it, while it lasts: by the database's clock, for the count of it is prepared once."""
    rows = RelayBar.objects.filter(objected_at__isnull=False, answer="", until__gt=Now())
    concerned = Q(by=account) | Q(account=account) | Q(report__author=account)
    return rows.exclude(concerned).order_by("objected_at")


@transaction.atomic
def answer(*, by: Actor, found: RelayBar, lifts: bool, reason: str) -> RelayBar:
    row = locked_bar(found)
    refuse_same_person(by, row.by_id)
    refuse_same_person(by, row.account_id)
    if row.objected_at is None or row.answer:
        raise WaitsForOthersError
    if row.report is not None:
        refuse_same_person(by, row.report.author_id)
        refuse_unread(by, row.report)
    row.answer, row.answered_by_id, row.lifted_at = given(reason), by.account_id, now() if lifts else None
    row.save(update_fields=["answer", "answered_by", "lifted_at"])
    facts = {"lifted": lifts}
    audit.record(
        by=by, action="lostfound.answer_bar", target=f"person:{row.account.person_id}", reason=row.answer, facts=facts
    )
    says = _lazy("您又可以写失物招领留言了：%(reason)s") if lifts else _lazy("停用留言的申诉没有被接受：%(reason)s")
    notify(row.account, says, reason=row.answer)
    return row


def locked_bar(found: RelayBar) -> RelayBar:
    lock_key(f"lostfound.bar:{found.pk}")
    return RelayBar.objects.select_related("account", "report").get(pk=found.pk)
