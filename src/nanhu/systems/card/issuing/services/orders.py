"""An order's way (制卡单): draft, submitted, approved, accepted. Each step whole, none with a wrong row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.database.values import one_value
from nanhu.kernel.errors import WrongStateError
from nanhu.kernel.kit.records import found_in
from nanhu.kernel.proposals import given, refuse_same_person
from nanhu.platforms.people import api as people
from nanhu.systems.card.issuing import checking
from nanhu.systems.card.issuing.errors import NotTheLeaderError, RowsWrongError
from nanhu.systems.card.issuing.layout import KEYS
from nanhu.systems.card.issuing.models import CardOrder, OrderRow, UnitDelegate

State = CardOrder.State
BATCH, PERSONAL = CardOrder.Kind.BATCH, CardOrder.Kind.PERSONAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    code: str
    name: str


def open_order(
    *,
    by: Actor,
    card_class: str,
    title: str,
    unit: Unit,
    source: str,
    rows: Sequence[Mapping[str, str]],
    kind: str = BATCH,
    reason: str = "",
    needs_approval: bool = True,
) -> CardOrder:
    """A draft with every row as typed and what is wrong with it. Nothing of it reaches production yet."""
    whole = [{key: row.get(key, "") for key in KEYS} for row in rows]
    verdicts = checking.judge_all(card_class, whole, is_batch=kind == BATCH)
    with transaction.atomic():
        order = CardOrder.objects.create(
            number=next_number(),
            kind=kind,
            card_class=card_class,
            title=title,
            unit_code=unit.code,
            unit_name=unit.name,
            source=source,
            reason=reason,
            needs_approval=needs_approval,
            requester_id=by.account_id,
            requester_name=by.name,
            collector=next((row["collector"] for row in whole if row["collector"]), ""),
        )
        OrderRow.objects.bulk_create(
            OrderRow(
                order=order, line=line, errors=dict(verdict.errors), person_id=verdict.person_id, **columns_of(row)
            )
            for line, (row, verdict) in enumerate(zip(whole, verdicts, strict=True), start=1)
        )
        wrong = sum(bool(verdict.errors) for verdict in verdicts)
        note(by, "card.open_order", order, facts={"rows": len(whole), "wrong": wrong, "source": source})
        return order


def columns_of(row: Mapping[str, str]) -> dict[str, str | None]:
    """Secret columns are NULL where nothing was typed."""
    return {key: row[key] or (None if key in {"document", "phone"} else "") for key in KEYS}


def values_of(row: OrderRow) -> dict[str, str]:
    return {key: getattr(row, key) or "" for key in KEYS}


def mend_row(*, by: Actor, order: CardOrder, line: int, values: Mapping[str, str]) -> OrderRow:
    """Change what was typed; the whole form is judged anew, for doubles concern two rows."""
    with transaction.atomic():
        current = locked(order, State.DRAFT)
        row = OrderRow.objects.select_for_update().get(order=current, line=line)
        for key, value in columns_of({**values_of(row), **values}).items():
            setattr(row, key, value)
        row.save(update_fields=[*KEYS])
        judge_again(current)
        note(by, "card.mend_order", current, facts={"line": line, "columns": sorted(values)})
        row.refresh_from_db()
        return row


def drop_row(*, by: Actor, order: CardOrder, line: int) -> None:
    """Take a person out of a draft."""
    with transaction.atomic():
        current = locked(order, State.DRAFT)
        OrderRow.objects.filter(order=current, line=line).delete()
        judge_again(current)
        note(by, "card.drop_row", current, facts={"line": line})


def judge_again(order: CardOrder) -> None:
    rows = list(order.rows.order_by("line"))
    verdicts = checking.judge_all(order.card_class, [values_of(row) for row in rows], is_batch=order.kind == BATCH)
    for row, verdict in zip(rows, verdicts, strict=True):
        row.errors, row.person_id = dict(verdict.errors), verdict.person_id
    OrderRow.objects.bulk_update(rows, ["errors", "person"])


def submit(*, by: Actor, order: CardOrder) -> CardOrder:
    """All rows right, or it stays a draft (A103: no half batches) and tells what is wrong by now."""
    with transaction.atomic():
        current = locked(order, State.DRAFT)
        judge_again(current)
        rows = list(current.rows.all())
        wrong = sum(bool(row.errors) for row in rows)
        if rows and not wrong:
            current.state = State.SUBMITTED if current.needs_approval else State.APPROVED
            current.submitted_at = now()
            current.save(update_fields=["state", "submitted_at"])
            note(by, "card.submit_order", current)
            return current
    raise RowsWrongError(count=wrong)


def discard(*, by: Actor, order: CardOrder, reason: str) -> CardOrder:
    """A draft that nobody will hand in, or an order that the office does not take on: whoever stands in it may be asked for anew."""
    why = given(reason)
    with transaction.atomic():
        current = locked(order, State.DRAFT, State.APPROVED)
        current.state, current.answer = State.DISCARDED, why
        current.save(update_fields=["state", "answer"])
        note(by, "card.discard_order", current, reason=why)
        return current


def decide(*, by: Actor, person_id: int | None, order: CardOrder, is_approved: bool, answer: str = "") -> CardOrder:
    """The leader of the unit says yes or no on line (instead of a signed paper); never on an order of their own."""
    with transaction.atomic():
        current = locked(order, State.SUBMITTED)
        if not leads(person_id, current.unit_code):
            raise NotTheLeaderError
        refuse_same_person(by, current.requester_id)
        current.state = State.APPROVED if is_approved else State.REFUSED
        current.approver_id, current.approver_name = by.account_id, by.name
        current.decided_at, current.answer = now(), "" if is_approved else given(answer)
        current.save(update_fields=["state", "approver", "approver_name", "decided_at", "answer"])
        note(by, "card.decide_order", current, reason=answer, facts={"approved": is_approved})
        return current


def leads(person_id: int | None, unit_code: str) -> bool:
    """The leader of the unit, or of one above it: a class has none of its own."""
    if person_id is None:
        return False
    above, leader = people.unit_codes_upwards(unit_code), UnitDelegate.Role.LEADER
    held = UnitDelegate.objects.filter(person_id=person_id, role=leader, ended_at=None)
    return held.filter(unit_code__in=above).exists()


def order_with(public_id: UUID) -> CardOrder:
    return found_in(CardOrder.objects.all(), _("这张制卡单"), public_id=public_id)


def locked(order: CardOrder, *states: str) -> CardOrder:
    current = CardOrder.objects.select_for_update().get(pk=order.pk)
    if current.state not in states:
        raise WrongStateError(what=_("这张制卡单"), state=State(current.state).label)
    return current


def note(
    by: Actor, action: str, order: CardOrder, *, reason: str = "", facts: Mapping[str, object] | None = None
) -> None:
    audit.record(by=by, action=action, target=f"card_order:{order.number}", reason=reason, facts=dict(facts or {}))


def next_number() -> str:
    return f"ZK{campus_today():%Y%m%d}{one_value("SELECT nextval('card_order_number')") % 10**6:06}"
