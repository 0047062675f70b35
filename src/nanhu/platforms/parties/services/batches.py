"""Batches (批次): lines go out once under one number, and only the return file says what became of each.

What was sent and not answered clearly is asked after, never sent again by itself: a bank that was slow has paid. `sent_at` is written before
the first byte goes out, so that a process that is killed between counts as having sent.
"""

import codecs
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from http import HTTPStatus
from typing import Any, Final

import msgspec
from django.db import transaction
from django.utils.translation import gettext as _

from nanhu.kernel import audit, outgoing, strict_json
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.errors import CampusError, WrongStateError
from nanhu.kernel.events import publish
from nanhu.kernel.files import services as files
from nanhu.kernel.files.errors import RefusedFileError
from nanhu.kernel.money import parse_yuan
from nanhu.kernel.numbering import services as numbering
from nanhu.kernel.numbering.series import Series
from nanhu.kernel.once import lock_key
from nanhu.kernel.outgoing import BadAnswerError, Call, Document
from nanhu.kernel.pauses import doubling
from nanhu.kernel.proposals import given
from nanhu.kernel.retries import Again, Done, Retries, in_the_worker, wake
from nanhu.kernel.retries.answers import Outside
from nanhu.kernel.sheets import Fault, FaultyRowsError, FileRefusedError
from nanhu.kernel.sheets import Line as SheetLine
from nanhu.platforms.parties.errors import LineOpenError, OtherBatchError
from nanhu.platforms.parties.events import PartyAnswered
from nanhu.platforms.parties.files import EXCHANGED
from nanhu.platforms.parties.forms_of_files import DONE, FAILED, FORMS, OPEN, FileForm
from nanhu.platforms.parties.lines import Line, line_of
from nanhu.platforms.parties.models import Batch, BatchLine
from nanhu.platforms.parties.services.asking import BY, CHANNEL, INQUIRIES, retry_after

NUMBERS: Final = Series(key="parties.batch", pattern="PL{year}X{n:06}", gapless=False)
FIRST_LOOK: Final = timedelta(seconds=2)
PATIENCE: Final = timedelta(days=10)
LARGEST: Final = 20 * 1024 * 1024
NAMED: Final = 5
TURNED_AWAY: Final = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS)
"""At the entrance: nothing was read."""
UTF16_MARKS: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
KEPT_SIGNS: Final = "\r\n\t\ufeff\u3000\u00a0"
State, Outcome = Batch.State, BatchLine.Outcome
OUTCOMES: Final = {DONE: Outcome.DONE, FAILED: Outcome.FAILED, OPEN: Outcome.OPEN}


@transaction.atomic
def make_batch(*, by: Actor, party: str, key: str, rows: Sequence[Mapping[str, str]]) -> Batch:
    """The same key with the same lines again is the same batch, unless that was withdrawn. `rows`: by the columns of the party's form
    (`forms_of_files`)."""
    form = FORMS[party]
    digest = hashlib.sha256(msgspec.json.encode(list(rows), order="sorted")).hexdigest()
    lock_key(f"parties.batches:{party}")
    known = Batch.objects.filter(party=party, key=key).exclude(state=State.WITHDRAWN).first()
    if known is not None:
        if known.digest != digest:
            raise OtherBatchError(key=key)
        return known
    refuse_faulty(form, rows)
    refuse_open(form, rows)
    number = numbering.take(by=by, series=NUMBERS, target=f"parties_batch:{party}:{key}").number
    amounts = [form.out.column(form.amount).kind(row[form.amount]) for row in rows] if form.amount else None
    content = form.content(rows, name=number)
    file = files.keep(
        by=by,
        purpose=EXCHANGED,
        content=content,
        name=f"{number}.{form.ends_in}",
        target=f"parties_batch:{number}",
        is_ours=True,
    )
    made = Batch.objects.create(
        party=party,
        key=key,
        number=number,
        file=file,
        digest=digest,
        line_count=len(rows),
        sum_fen=None if amounts is None else sum(amounts),
        author_name=by.name,
    )
    sums: Sequence[int | None] = amounts or [None] * len(rows)
    BatchLine.objects.bulk_create(
        [
            BatchLine(batch=made, party=party, key=row[form.key], amount_fen=fen)
            for row, fen in zip(rows, sums, strict=True)
        ],
        batch_size=2_000,
    )
    facts = {"party": party, "number": number, "lines": len(rows)}
    audit.record(by=by, action="parties.make_batch", target=target_of(made), facts=facts)
    wake(CHANNEL)
    return made


def target_of(batch: Batch) -> str:
    return f"parties_batch:{batch.number}"


def refuse_faulty(form: FileForm, rows: Sequence[Mapping[str, str]]) -> None:
    """As if the file had been handed to us: the party would refuse it, and later."""
    faults: list[Fault] = []
    seen: set[str] = set()
    for number, row in enumerate(rows, start=1):
        line = SheetLine(number, {one.key: row.get(one.key, "") for one in form.out.columns}, form.out)
        for one in form.out.columns:
            missing = _("没有填") if one.needed else ""
            if what := line.fault_of(one) if line[one.key] else missing:
                faults.append(line.fault(one.key, what))
        if line[form.key] in seen:
            faults.append(line.fault(form.key, _("这一行出现了两次")))
        seen.add(line[form.key])
    if faults or not rows:
        raise FaultyRowsError(count=len({one.line for one in faults}), faults=faults)


def refuse_open(form: FileForm, rows: Sequence[Mapping[str, str]]) -> None:
    keys = [row[form.key] for row in rows]
    held = BatchLine.objects.filter(party=form.party, key__in=keys).exclude(outcome=Outcome.FAILED)
    if count := held.count():
        named = "、".join(held.order_by("pk").values_list("key", flat=True)[:NAMED])
        raise LineOpenError(count=count, named=named)


def step(batch: Batch) -> Done | Outside:
    """A party without a line is served by hand: its page has the file, and takes what came back."""
    line = line_of(batch.party)
    if line is None:
        return Done()
    return partial(fetch_return if batch.sent_at else hand_over, batch, line)


def hand_over(batch: Batch, line: Line) -> Done | Again | None:
    content = files.content_of(batch.file)
    call = Call(
        address=address_of(batch, line), body=content, content_type="application/octet-stream", headers=line.headers
    )
    document = outgoing.fetch(call, seconds=line.seconds, largest=LARGEST, sending=partial(mark_sent, batch))
    if document.status in TURNED_AWAY:
        columns = {"sent_at": None, "state": State.MADE, "is_unknown": batch.is_unknown}
        return Again(f"HTTP {document.status}", after=retry_after(document), is_away=True, columns=columns)
    said = answer_for(batch, document)
    if said.get("code") == "0" and document.status < HTTPStatus.BAD_REQUEST:
        return Done({"reference": str(said.get("reference", ""))[:60]}, then=FIRST_LOOK)
    if HTTPStatus.BAD_REQUEST <= document.status < HTTPStatus.INTERNAL_SERVER_ERROR and said.get("code"):
        refuse(batch, f"{said['code']} {said.get('msg', '')}".strip())
        return None
    raise BadAnswerError(f"HTTP {document.status}")


def address_of(batch: Batch, line: Line) -> str:
    return f"{line.address}/files/{batch.number}"


def mark_sent(batch: Batch) -> None:
    """On its own transaction: it stands when the first byte goes out. Whoever comes second, after a lease that ran out, sends nothing."""
    unsent = Batch.objects.filter(pk=batch.pk, sent_at=None, state=State.MADE)
    if not unsent.update(sent_at=now(), state=State.SENT, is_unknown=False):
        raise OSError("another has sent it meanwhile, or taken it back")


def answer_for(batch: Batch, document: Document) -> dict[str, Any]:
    """Words of the party about this very batch; anything else says nothing, also a refusal by whatever stands in front of it."""
    try:
        said = strict_json.decode(document.body)
    except ValueError as error:
        raise BadAnswerError(f"HTTP {document.status}, no JSON") from error
    if not isinstance(said, dict) or said.get("number") != batch.number:
        raise BadAnswerError(f"HTTP {document.status}, of no such batch")
    return said


@transaction.atomic
def refuse(batch: Batch, words: str) -> None:
    """As a whole, in so many words: nothing of it was done, and its lines may go out anew."""
    row = locked(batch)
    if row.state in {State.REFUSED, State.DONE}:
        return
    row.heard_at = now()
    free(row, State.REFUSED, words)
    audit.record(by=BY, action="parties.refuse_batch", target=target_of(row), reason=words)


def free(row: Batch, state: Batch.State, words: str) -> None:
    """The end of a batch of which nothing was done."""
    row.state, row.due_at, row.error = state, None, words[:200]
    row.save()
    row.lines.filter(outcome=Outcome.OPEN).update(outcome=Outcome.FAILED, sentence=words[:200], ended_at=now())
    publish(PartyAnswered(party=row.party, key=row.key))


def may_withdraw(batch: Batch) -> bool:
    """Nothing of it ever went out."""
    return batch.state == State.MADE and not batch.is_unknown


@transaction.atomic
def withdraw(*, by: Actor, batch: Batch, reason: str) -> None:
    """By a person, before it goes out."""
    why, row = given(reason), locked(batch)
    if not may_withdraw(row):
        raise WrongStateError(what=Batch.what, state=row.get_state_display())
    free(row, State.WITHDRAWN, why)
    audit.record(by=by, action="parties.withdraw_batch", target=target_of(row), reason=why)


def locked(batch: Batch) -> Batch:
    return Batch.objects.select_for_update(of=("self",)).get(pk=batch.pk)


def fetch_return(batch: Batch, line: Line) -> Again | None:
    call = Call(address=f"{address_of(batch, line)}/return", headers=line.headers)
    document = outgoing.fetch(call, seconds=line.seconds, largest=LARGEST)
    if document.status == HTTPStatus.OK:
        try:
            taken = take_return(by=BY, batch=batch, content=document.body, name=f"{batch.number}.return.csv")
        except (FileRefusedError, RefusedFileError) as error:
            return Again(f"{error.message} {first_fault(error)}".strip(), columns={"is_unknown": False})
        return Again(_("还有 {count} 行没有回盘").format(count=taken.open)) if taken.open else None
    if document.status == HTTPStatus.NOT_FOUND and answer_for(batch, document).get("code") == "unknown":
        return Again(_("对方说没有收到这一批"), columns={"is_unknown": True})
    return Again(f"HTTP {document.status}", after=retry_after(document))


def first_fault(error: CampusError) -> str:
    faults: Any = error.facts.get("faults") or ()
    return "；".join(f"{one.said} {one.column} {one.what}" for one in faults[:1])


@dataclass(frozen=True, slots=True)
class Taken:
    done: int
    failed: int
    open: int
    """Of all its lines, now."""


@transaction.atomic
def take_return(*, by: Actor, batch: Batch, content: bytes, name: str) -> Taken:
    """All of its lines that end or none; the same file again changes nothing, one that says otherwise is refused."""
    row = locked(batch)
    if row.sent_at is None or row.state == State.REFUSED:
        raise WrongStateError(what=Batch.what, state=row.get_state_display())
    form = FORMS[row.party]
    lines = {one.key: one for one in row.lines.select_for_update().order_by("pk")}
    ended = judged(form, lines, form.back.read(content))
    BatchLine.objects.bulk_update(ended, ["outcome", "code", "sentence", "result", "ended_at"], batch_size=1_000)
    count = {one.value: 0 for one in Outcome}
    for line in lines.values():
        count[line.outcome] += 1
    taken = Taken(done=count["done"], failed=count["failed"], open=count["open"])
    if ended:
        target = f"parties_batch:{row.number}"
        file = files.keep(by=by, purpose=EXCHANGED, content=readable(content), name=name, target=target)
        facts = {"file": str(file.public_id), "done": taken.done, "failed": taken.failed, "open": taken.open}
        audit.record(by=by, action="parties.take_return", target=target_of(row), facts=facts)
        publish(PartyAnswered(party=row.party, key=row.key))
    row.heard_at, row.is_unknown = now(), False
    if not taken.open:
        row.state, row.due_at, row.error = State.DONE, None, ""
    row.save()
    return taken


def readable(content: bytes) -> bytes:
    """As it came, if it is a workbook or a text as texts are kept; a text of GB18030 or UTF-16, or with signs that nobody can read, as UTF-8
    without them. Of what was read as a sheet."""
    if content.startswith(b"PK"):
        return content
    try:
        said = content.decode()
    except UnicodeDecodeError:
        said = content.decode("utf-16" if content.startswith(UTF16_MARKS) else "gb18030")
    return "".join(one if one.isprintable() or one in KEPT_SIGNS else "\ufffd" for one in said).encode()


def judged(form: FileForm, lines: Mapping[str, BatchLine], back: Sequence[SheetLine]) -> list[BatchLine]:
    """Those that end now. Raises FaultyRowsError where a line is none of ours, stands twice, costs otherwise, or ended otherwise before."""
    faults: list[Fault] = []
    ended: list[BatchLine] = []
    seen: set[str] = set()
    for said in back:
        line = lines.get(said["key"])
        if what := fault_of(form, said, line, is_repeated=said["key"] in seen):
            faults.append(said.fault(*what))
        elif line is not None and line.outcome == Outcome.OPEN and said["outcome"] != OPEN:
            more = {one.key: said[one.key] for one in form.back.columns[4:]}
            line.outcome, line.code, line.sentence = (
                OUTCOMES[said["outcome"]],
                said["code"][:40],
                said["sentence"][:200],
            )
            line.result, line.ended_at = msgspec.json.encode(more).decode(), now()
            ended.append(line)
        seen.add(said["key"])
    if faults:
        raise FaultyRowsError(count=len(faults), faults=faults)
    return ended


def fault_of(form: FileForm, said: SheetLine, line: BatchLine | None, *, is_repeated: bool) -> tuple[str, str] | None:
    """The column and what is wrong in it."""
    if line is None or is_repeated:
        return "key", _("这一行出现了两次") if line else _("不是这一批里的")
    if said["outcome"] not in OUTCOMES:
        return "outcome", _("结果只能是：%(words)s") % {"words": "、".join(OUTCOMES)}
    if line.outcome not in {Outcome.OPEN, OUTCOMES[said["outcome"]]}:
        return "outcome", _("这一行此前已是“%(state)s”") % {"state": line.get_outcome_display()}
    if form.amount and fen_of(said[form.amount]) != line.amount_fen:
        return form.amount, _("金额与送出的不一致")
    return None


def fen_of(text: str) -> int | None:
    try:
        return parse_yuan(text)
    except CampusError:
        return None


@transaction.atomic
def look_now(*, by: Actor, batch: Batch) -> None:
    """An engineer does not wait for the next time; also where a line was set up only now."""
    row = locked(batch)
    if row.state not in {State.MADE, State.SENT}:
        raise WrongStateError(what=Batch.what, state=row.get_state_display())
    row.due_at = now()
    row.save()
    audit.record(by=by, action="parties.look_now", target=target_of(row))
    wake(CHANNEL)


@transaction.atomic
def mark_handed_over(*, by: Actor, batch: Batch) -> None:
    """By hand, where the party has no line: now a return file is waited for."""
    row = locked(batch)
    if row.state != State.MADE:
        raise WrongStateError(what=Batch.what, state=row.get_state_display())
    row.state, row.sent_at, row.due_at, row.is_unknown = State.SENT, now(), None, False
    row.save()
    audit.record(by=by, action="parties.hand_over_batch", target=target_of(row))


def may_go_again(batch: Batch) -> bool:
    """Not of which a line has ended: who forgot the file had it."""
    is_lost = batch.state == State.SENT and batch.is_unknown
    return is_lost and not batch.lines.exclude(outcome=Outcome.OPEN).exists()


@transaction.atomic
def send_again(*, by: Actor, batch: Batch, reason: str) -> None:
    """The same bytes under the same number, by a person, and only where the party itself says that it never had them."""
    why, row = given(reason), locked(batch)
    if not may_go_again(row):
        raise WrongStateError(what=Batch.what, state=row.get_state_display())
    row.state, row.sent_at, row.due_at, row.attempts = State.MADE, None, now(), 0
    row.save()
    audit.record(by=by, action="parties.send_again", target=target_of(row), reason=why)
    wake(CHANNEL)


BATCHES: Final = Retries(
    model=Batch,
    step=step,
    pause=doubling("5s", "10min"),
    until=lambda row: row.created_at + PATIENCE,
    related=("file",),
)
in_the_worker("parties", INQUIRIES, BATCHES, channel=CHANNEL)
