"""Making the plastic (制卡): each blank's chip is read once and belongs to one row; ready cards are told of."""

import re
import secrets

from django.db import transaction
from django.utils.translation import gettext as _

from nanhu.kernel.actors import Actor
from nanhu.kernel.attempts import refused_as
from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.errors import WrongStateError
from nanhu.kernel.school import school
from nanhu.platforms.people import api as people
from nanhu.systems.card.issuing import letters
from nanhu.systems.card.issuing.errors import PlasticShapeError, PlasticTakenError
from nanhu.systems.card.issuing.models import CardOrder, OrderRow
from nanhu.systems.card.issuing.services.orders import State, locked, note
from nanhu.systems.card.models import Card

UID = re.compile(r"([0-9A-F]{8}|[0-9A-F]{14})")
CODE_DIGITS = 6


def make_row(*, by: Actor, order: CardOrder, line: int, uid: str) -> CardOrder:
    """This blank is this person's card from now on; it answers at terminals only once it is handed over (A107)."""
    chip = people.halfwidth(uid).replace(" ", "").replace(":", "").upper()
    if not UID.fullmatch(chip):
        raise PlasticShapeError
    with transaction.atomic():
        current = locked(order, State.ACCEPTED)
        row = OrderRow.objects.select_for_update().get(order=current, line=line)
        if row.state == OrderRow.State.MADE and row.plastic_uid == chip:
            return current
        if row.state != OrderRow.State.WAITING:
            raise WrongStateError(what=_("这张卡"), state=OrderRow.State(row.state).label)
        if Card.objects.filter(uid=chip).exists():
            raise PlasticTakenError
        row.plastic_uid, row.state, row.made_at = chip, OrderRow.State.MADE, now()
        row.pickup_code = new_code()
        with refused_as(PlasticTakenError):
            row.save(update_fields=["plastic_uid", "state", "made_at", "pickup_code"])
        note(by, "card.make_plastic", current, facts={"line": line, "uid": chip})
        if not current.rows.filter(state=OrderRow.State.WAITING).exists():
            finish(by, current)
        return current


def spoil_row(*, by: Actor, order: CardOrder, line: int, reason: str) -> None:
    """The blank was misprinted or its chip is dead: the row waits for another."""
    with transaction.atomic():
        current = locked(order, State.ACCEPTED, State.MADE)
        row = OrderRow.objects.select_for_update().get(order=current, line=line)
        if row.state != OrderRow.State.MADE:
            raise WrongStateError(what=_("这张卡"), state=OrderRow.State(row.state).label)
        spoilt = row.plastic_uid
        row.plastic_uid, row.state, row.made_at, row.pickup_code = None, OrderRow.State.WAITING, None, None
        row.save(update_fields=["plastic_uid", "state", "made_at", "pickup_code"])
        if current.state == State.MADE:
            current.state, current.made_at = State.ACCEPTED, None
            current.save(update_fields=["state", "made_at"])
        note(by, "card.spoil_plastic", current, reason=reason, facts={"line": line, "uid": spoilt})


def finish(by: Actor, order: CardOrder) -> None:
    """All made: who fetches is told, the person of a single card, the collector's code of a batch in its page."""
    order.state, order.made_at, order.collector_code = State.MADE, now(), new_code()
    order.save(update_fields=["state", "made_at", "collector_code"])
    note(by, "card.finish_order", order, facts={"in_time": order.due_on is None or campus_today() <= order.due_on})
    for row in order.rows.filter(state=OrderRow.State.MADE).order_by("line"):
        tell_ready(order, row)


def tell_ready(order: CardOrder, row: OrderRow) -> None:
    where = school().card_office_place
    text = _("您的校园卡已制好，领卡码 %(code)s。请本人带身份证到%(where)s领取。") % {
        "code": row.pickup_code or "",
        "where": order.unit_name if order.kind == CardOrder.Kind.BATCH else where,
    }
    key = f"ready:{row.pk}:{row.plastic_uid}"
    if row.phone:
        letters.tell_number(key=key, kind="ready", phone=people.normalise_phone(row.phone), text=text, row=row)
    elif row.person_id is not None:
        letters.tell(key=key, kind="ready", person_id=row.person_id, text=text, row=row)


def new_code() -> str:
    return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
