"""Receiving (验收入库): two inspectors sign, and each line becomes cards with a number, a plan and a first movement."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor, account_of
from nanhu.kernel.clock import campus_time, campus_today, now
from nanhu.kernel.errors import NotTheAuthorError, WrongStateError
from nanhu.kernel.folding import one_line, tidied
from nanhu.kernel.money import format_yuan
from nanhu.kernel.numbering import services as numbering
from nanhu.kernel.once import lock_key, made_by_form
from nanhu.kernel.proposals import REFUSED, WITHDRAWN, given
from nanhu.kernel.sheets.kinds import FIRST_DAY
from nanhu.kernel.ui import dates
from nanhu.platforms.flows import api as flows
from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.people import api as people
from nanhu.systems.assets.errors import (
    BeyondInvoiceError,
    DayAheadError,
    DayTooEarlyError,
    FormerNumberError,
    InspectorsError,
    InvoiceMissingError,
    InvoiceUsedUpError,
    LineCameError,
    NotALeafError,
    NotDepreciatedError,
    NotInspectorError,
    PriceMissingError,
    SerialsError,
    UsedBeforeAcquiredError,
    VoidInvoiceError,
    YearsError,
)
from nanhu.systems.assets.models import Asset, Classification, Figure, Movement, Plan, Receipt, ReceiptFlag, ReceiptLine
from nanhu.systems.assets.models.importing import former_numbers_waiting
from nanhu.systems.assets.models.things import FORMER_NUMBERS, former_numbers_taken
from nanhu.systems.assets.numbers import RECEIPTS, THINGS
from nanhu.systems.assets.processes import SIGNED
from nanhu.systems.assets.queries.books import HOUSES
from nanhu.systems.assets.queries.figures import figure
from nanhu.systems.assets.queries.lives import MONTHS, life_of, months_of
from nanhu.systems.assets.rules import NOMINAL_FEN, month_of, voucher_number
from nanhu.systems.assets.services import arguing, deciding, invoicing, purchasing
from nanhu.systems.assets.services.moving import movement_of
from nanhu.systems.assets.services.own import refuse_not_staff

State = Receipt.State
LONGEST_SERIAL: Final = 80


@transaction.atomic
def open_receipt(*, by: Actor, token: UUID, head: Mapping[str, Any], line: Mapping[str, Any]) -> Receipt:
    """`head` and `line` by the fields of Receipt and ReceiptLine."""
    known = made_by_form(Receipt, token, author_id=by.account_id)
    if known is not None:
        return known
    head = {**head, "supplier": tidied(head["supplier"]), "invoice": voucher_number(head["invoice"])}
    refuse_head(head)
    if head.get("purchase"):
        purchase = purchasing.bind(head["purchase"], unit_id=head["unit_id"])
        if purchase.receipts.filter(state=State.WAITING).exists():
            raise WrongStateError(what=Receipt.what, state=State.WAITING.label)
        head = {**head, "funds": head.get("funds") or ledger.fund_name(purchase.fund).first() or purchase.fund}
    receipt = Receipt.objects.create(token=token, author_id=account_of(by), author_name=by.name, **head)
    enter_line(by, receipt, line)
    facts = {"title": receipt.title, "fen": receipt.invoice_fen}
    audit.record(by=by, action="assets.open_receipt", target=f"asset_receipt:{receipt.public_id}", facts=facts)
    inspectors = {side: getattr(receipt, f"{side}_inspector_id") for side in SIGNED}
    said = {
        "title": receipt.title,
        "unit": receipt.unit.name,
        "value": receipt.invoice_fen,
        "supplier": receipt.supplier,
        **inspectors,
    }
    deciding.begin(by=by, found=receipt, data=said, asked=inspectors.values())
    return receipt


def refuse_head(head: Mapping[str, Any]) -> None:
    three = {field: head[f"{field}_id"] for field in ("buyer", "first_inspector", "second_inspector")}
    if len(set(three.values())) < len(three):
        raise InspectorsError
    refuse_not_staff(**three)
    if head["acquired_on"] > campus_today():
        raise DayAheadError().at("acquired_on")
    if head["acquired_on"] < FIRST_DAY:
        raise DayTooEarlyError
    if head["acquired"] == Asset.Acquired.BOUGHT and not head["invoice"].strip():
        raise InvoiceMissingError


@transaction.atomic
def take_back(*, by: Actor, receipt: Receipt) -> Receipt:
    """By its author, while nobody signed; then it is opened anew, set right."""
    if by.account_id is None or by.account_id != receipt.author_id:
        raise NotTheAuthorError
    refuse_signed(Receipt.objects.get(pk=receipt.pk))
    deciding.end(by=by, found=receipt, answer=WITHDRAWN)
    return ended(by, unsigned(receipt), State.TAKEN_BACK)


@transaction.atomic
def add_line(*, by: Actor, receipt: Receipt, line: Mapping[str, Any]) -> ReceiptLine:
    """While nobody signed; whoever opened it before sees it first."""
    flows.learn(by=by, case_id=receipt.case_id or 0, words=line["name"])
    invoicing.standing(receipt.invoice)  # whoever judges it marks its receipts: the number first, as there
    found = unsigned(receipt)
    refuse_void(found)
    added = enter_line(by, found, line)
    facts = {"name": added.name, "fen": added.price_fen * added.quantity}
    audit.record(by=by, action="assets.add_receipt_line", target=f"asset_receipt:{found.public_id}", facts=facts)
    return added


def waiting(receipt: Receipt) -> Receipt:
    """Locked; after its case, where that is, too."""
    found = Receipt.objects.select_for_update(of=("self",)).get(pk=receipt.pk)
    if found.state != State.WAITING:
        raise WrongStateError(what=Receipt.what, state=found.get_state_display())
    return found


def unsigned(receipt: Receipt) -> Receipt:
    found = waiting(receipt)
    refuse_signed(found)
    return found


def refuse_signed(receipt: Receipt) -> None:
    if receipt.is_signed:
        raise WrongStateError(what=Receipt.what, state=_("有人签过字的"))


def enter_line(by: Actor, receipt: Receipt, line: Mapping[str, Any]) -> ReceiptLine:
    added = ReceiptLine(receipt=receipt, position=receipt.lines.count() + 1, **line)
    refuse_line(receipt, added)
    added.save(force_insert=True)
    refuse_beyond_invoice(by, receipt)
    purchasing.refuse_beyond(receipt)
    return added


def refuse_beyond_invoice(by: Actor, receipt: Receipt) -> None:
    """On this receipt, and on every other that stands of the same supplier's invoice; where its original was handed in (数电票), however the
    supplier is written, and within what that says. The sums are said where all of them are this person's own."""
    total, most, is_own = purchasing.entered_fen(receipt.lines.all()), receipt.invoice_fen, True
    if receipt.acquired == Asset.Acquired.BOUGHT and total <= most:
        read, same = invoicing.standing(receipt.invoice), invoicing.receipts_with(receipt.invoice)
        same = same if read else same.filter(supplier=receipt.supplier)
        if read:
            most = 0 if invoicing.is_of_others(read, receipt) else min(most, read.total_fen)
        total += purchasing.entered_fen(ReceiptLine.objects.filter(receipt__in=same).exclude(receipt=receipt))
        is_own = not same.exclude(author=by.account_id).exists()
        is_own = is_own and (read is None or read.files.filter(author=by.account_id).exists())
    if total > most:
        raise BeyondInvoiceError(sum=format_yuan(total), invoice=format_yuan(most)) if is_own else InvoiceUsedUpError


def refuse_void(receipt: Receipt) -> None:
    if receipt.flags.filter(result=ReceiptFlag.Result.OPEN).exists():
        raise VoidInvoiceError


def refuse_line(receipt: Receipt, line: ReceiptLine) -> None:
    refuse_branch(line.classification)
    if line.put_into_use_on < receipt.acquired_on:
        raise UsedBeforeAcquiredError(day=dates.short_day(receipt.acquired_on, campus_today().year))
    if line.put_into_use_on > campus_today():
        raise DayAheadError().at("put_into_use_on")
    if line.price_fen <= 0:
        raise PriceMissingError
    line.is_low_value = is_low_value(line)
    arguing.refuse_unargued(receipt, line)
    refuse_years(receipt, line)
    refuse_former_number(line)
    serials = serials_of(line)
    if len(serials) > line.quantity or any(len(one) > LONGEST_SERIAL for one in serials):
        raise SerialsError(longest=LONGEST_SERIAL, most=line.quantity)


def is_low_value(line: ReceiptLine) -> bool:
    """Below today's threshold, neither a batch of alike things nor of a value that nobody knows: listed (低值品), and on no books."""
    is_batch = line.is_batch and line.quantity > 1
    return not is_batch and line.price_fen != NOMINAL_FEN and line.price_fen < figure(Figure.Name.THRESHOLD)


def refuse_years(receipt: Receipt, line: ReceiptLine) -> None:
    """What a receipt chooses lies within what the rule of today allows; elsewhere only for a reason (an appraisal of what was used before,
    a house of bricks), and never of what was bought new."""
    if line.months is None:
        return
    if line.is_low_value or not line.classification.is_depreciable:
        raise NotDepreciatedError
    life = life_of(line.classification.code, campus_today())
    is_other = receipt.acquired != Asset.Acquired.BOUGHT or line.classification.code.startswith(HOUSES)
    if is_other and line.years_basis.strip():
        return
    if not life.years * MONTHS <= line.months <= life.longest * MONTHS:
        raise YearsError(name=life.name, least=life.years, most=life.longest)


def refuse_former_number(line: ReceiptLine) -> None:
    """A label that is on one card, and on none yet; nor on one that waits to be entered, by old cards or a receipt."""
    number = line.former_number = one_line(line.former_number)
    if not number:
        return
    is_one = line.is_batch or line.quantity == 1
    waiting_lines = ReceiptLine.objects.filter(former_number=number, receipt__state=State.WAITING)
    if not is_one or waiting_lines.exists() or is_taken(number):
        raise FormerNumberError(number=number)


def is_taken(former_number: str) -> bool:
    return bool(former_numbers_taken({former_number}) or former_numbers_waiting({former_number}))


def serials_of(line: ReceiptLine) -> list[str]:
    """One a line."""
    return [one.strip() for one in line.serials.splitlines() if one.strip()]


def refuse_branch(classification: Classification) -> None:
    if classification.children.exists():
        raise NotALeafError(name=classification.name)


@transaction.atomic
def sign(*, by: Actor, receipt: Receipt, person_id: int | None, lines: str) -> Receipt:
    """By one of its inspectors, once, if it has as many lines as his page says; with the second signature the things are in stock."""
    found = answered(by, receipt, person_id, "agree")
    if str(found.lines.count()) != lines:
        raise LineCameError
    return found


@transaction.atomic
def refuse(*, by: Actor, receipt: Receipt, person_id: int | None, answer: str) -> Receipt:
    return ended(by, answered(by, receipt, person_id, "refuse", given(answer)), State.REFUSED, answer)


def answered(by: Actor, receipt: Receipt, person_id: int | None, decision: str, comment: str = "") -> Receipt:
    """On a page of the room; whoever signed may no longer refuse."""
    found = Receipt.objects.get(pk=receipt.pk)
    if found.state != State.WAITING:
        raise WrongStateError(what=Receipt.what, state=found.get_state_display())
    sides = [side for side in SIGNED if person_id == getattr(found, f"{side}_inspector_id")]
    if not sides or getattr(found, f"{sides[0]}_signed_at"):
        raise NotInspectorError
    deciding.say(by=by, found=found, step=sides[0], decision=decision, comment=comment)
    return Receipt.objects.get(pk=found.pk)


def signed(side: str) -> Callable[[flows.Case, Actor], None]:
    """What follows a signature: it is the inspector's own, to whomever the task was handed, and of three people still (two records of one
    may have been merged)."""

    def act(case: flows.Case, by: Actor) -> None:
        found = waiting(Receipt.objects.get(public_id=case.subject_id))
        refuse_void(found)
        if deciding.person_of(by) != getattr(found, f"{side}_inspector_id"):
            raise NotInspectorError
        three = [found.buyer_id, found.first_inspector_id, found.second_inspector_id]
        if len({one.person_id for one in people.person_cards(three).values()}) < len(three):
            raise InspectorsError
        setattr(found, f"{side}_signed_at", now())
        found.save(update_fields=[f"{side}_signed_at"])
        audit.record(by=by, action="assets.sign_receipt", target=f"asset_receipt:{found.public_id}")

    return act


flows.actions |= {action: signed(side) for side, action in SIGNED.items()}
flows.actions[Receipt.process] = lambda case, by: receive(
    by=by, receipt=waiting(Receipt.objects.get(public_id=case.subject_id))
)


def hear_the_end(receipt: Receipt, outcome: str) -> None:
    """Refused in 待办, or taken back by its author among his applications."""
    by, words = deciding.last_word(receipt)
    with transaction.atomic():
        if by is not None and outcome == REFUSED:
            ended(by, receipt, State.REFUSED, words)
        else:
            ended(Actor(account_id=receipt.author_id, name=receipt.author_name), receipt, State.TAKEN_BACK)


def ended(by: Actor, receipt: Receipt, state: State, answer: str = "") -> Receipt:
    found = waiting(receipt)
    found.state, found.answer, found.decided_at = state, answer.strip(), now()
    found.save(update_fields=["state", "answer", "decided_at"])
    action = "assets.refuse_receipt" if state == State.REFUSED else "assets.take_back_receipt"
    audit.record(by=by, action=action, target=f"asset_receipt:{found.public_id}", reason=found.answer)
    return found


def receive(*, by: Actor, receipt: Receipt, at: datetime | None = None) -> None:
    """`at`: when, where that is told later."""
    target = f"asset_receipt:{receipt.public_id}"
    lines = list(receipt.lines.select_related("classification"))
    if any(line.former_number for line in lines):
        lock_key(FORMER_NUMBERS)
    for line in lines:
        if line.former_number and is_taken(line.former_number):
            raise FormerNumberError(number=line.former_number)
        things = things_of(receipt, line)
        months = months_for(things[0], line.months)
        cards = [(asset, first_plan(asset, months, by.name)) for asset in things]
        enter_cards(by=by, cards=cards, kind=Movement.Kind.RECEIVED, at=at)
    purchasing.take_over(by=by, receipt=receipt)
    receipt.number = numbering.take(by=by, series=RECEIPTS, target=target).number
    receipt.state, receipt.decided_at = State.RECEIVED, at or now()
    receipt.save()
    audit.record(
        by=by, action="assets.receive", target=target, facts={"title": receipt.title, "fen": receipt.invoice_fen}
    )


def things_of(receipt: Receipt, line: ReceiptLine) -> list[Asset]:
    """One card for all where it is a batch, else one a piece."""
    serials, photo = serials_of(line), line.photos.order_by("-pk").first()
    count, quantity = (1, line.quantity) if line.is_batch else (line.quantity, 1)
    return [
        Asset(
            picture_id=photo.file_id if photo else None,
            name=line.name,
            classification=line.classification,
            model=line.model,
            maker=line.maker,
            serial=serials[index] if index < len(serials) else "",
            value_fen=line.price_fen * quantity,
            quantity=quantity,
            acquired=receipt.acquired,
            acquired_on=receipt.acquired_on,
            put_into_use_on=line.put_into_use_on,
            funds=receipt.funds,
            supplier=receipt.supplier,
            invoice=receipt.invoice,
            contract=receipt.contract,
            warranty_until=line.warranty_until,
            use=line.use,
            unit_id=receipt.unit_id,
            room_id=line.room_id,
            receipt_line=line,
            is_low_value=line.is_low_value,
            former_number=line.former_number,
        )
        for index in range(count)
    ]


def enter_cards(
    *, by: Actor, cards: Sequence[tuple[Asset, Plan | None]], kind: str, reason: str = "", at: datetime | None = None
) -> None:
    """New cards, each with its plan of depreciation: their numbers and their first movements, by a statement a table; in the caller's
    transaction. `at`: when they came, where that is told later."""
    things = [asset for asset, _plan in cards]
    give_numbers(by, things, campus_time(at or now()).year)
    Asset.objects.bulk_create(things, batch_size=1_000)
    Plan.objects.bulk_create([plan for _asset, plan in cards if plan is not None], batch_size=2_000)
    first = ("", None, None, None)
    moves = [movement_of(by=by, asset=asset, kind=kind, before=first, reason=reason, at=at) for asset in things]
    Movement.objects.bulk_create(moves, batch_size=1_000)


def give_numbers(by: Actor, things: Sequence[Asset], year: int) -> None:
    scopes: dict[str, list[Asset]] = {}
    for asset in things:
        scopes.setdefault(asset.classification.code[:3], []).append(asset)
    for scope, ours in scopes.items():
        targets = [f"asset:{asset.public_id}" for asset in ours]
        numbers = numbering.take_many(by=by, series=THINGS, targets=targets, scope=scope, year=year)
        for asset, number in zip(ours, numbers, strict=True):
            asset.number = number


def enter_thing(*, by: Actor, asset: Asset, kind: str, months: int | None = None, reason: str = "") -> Asset:
    """A new card, alone."""
    is_new = not asset.carried_fen and asset.split_from_id is None
    plan = first_plan(asset, months_for(asset, months), by.name) if is_new else None
    enter_cards(by=by, cards=[(asset, plan)], kind=kind, reason=reason)
    return asset


def months_for(asset: Asset, months: int | None = None) -> int | None:
    """Over how many it is depreciated: as said, else as its class; None where the class is not depreciated, nobody knows the value
    (名义金额), or it is on no books."""
    if asset.is_low_value or not asset.classification.is_depreciable or asset.value_fen == NOMINAL_FEN:
        return None
    return months or months_of(asset.classification.code, campus_today())


def first_plan(asset: Asset, months: int | None, by_name: str) -> Plan | None:
    if months is None:
        return None
    month = month_of(asset.put_into_use_on)
    return Plan(asset=asset, from_month=month, base_fen=asset.value_fen, months=months, by_name=by_name)
