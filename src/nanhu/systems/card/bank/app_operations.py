"""What an outside app may ask (云闪付, 完美校园). Each question speaks for one binding; none sees more than its holder does."""

import secrets
import time
from typing import Any, Final

from django.db.models import Q

from nanhu.kernel.clock import now
from nanhu.kernel.school import school
from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.messages import api as messages
from nanhu.platforms.payments.api import APP_OPERATIONS, AcquirerSilentError, AppOperation, AppQuestion
from nanhu.platforms.people import api as people
from nanhu.platforms.terminals.api import text_in, whole_in
from nanhu.systems.card.bank.errors import AcquirerBusyError, SchoolUnknownError, TopUpNotFoundError
from nanhu.systems.card.bank.limits import bank_limits, school_code
from nanhu.systems.card.bank.models import Binding, OnlineTopUp
from nanhu.systems.card.bank.services import appeals, bindings, loads, top_ups
from nanhu.systems.card.codes.rules import ALPHABET, STEP_SECONDS, Kind, part_of, write_picture
from nanhu.systems.card.errors import CardNotFoundError
from nanhu.systems.card.kinds import KINDS
from nanhu.systems.card.models import Card, Receipt
from nanhu.systems.card.proofs import BOUND_APP
from nanhu.systems.card.services.issue import campus_no_of
from nanhu.systems.card.services.loss import report_lost

ROWS: Final = 30
CODE_KINDS: Final[dict[str, Kind | None]] = {"card": None, "pay": "pay", "door": "door"}
GO_ON: Final = {"school", "look", "top_up/look", "rows", "loss", "news", "code", "unbind"}
"""In the emergency read-only mode."""
WRITE: Final = {"verify", "bind", "loss", "unbind", "appeal"}
type Facts = dict[str, Any]


def ask_school(asked: AppQuestion) -> Facts:
    """A086: a deep link names the code, so that nobody has to walk city and list."""
    if text_in(asked.body, "school_code") != school_code():
        raise SchoolUnknownError
    limits = bank_limits()
    return {
        "name": school().name,
        "city": school().city,
        "phone": school().card_office_phone,
        "place": school().card_office_place,
        "presets_fen": limits.presets_fen,
        "smallest_fen": limits.smallest_fen,
        "largest_fen": limits.largest_fen,
        "services": ["balance", "top_up", "rows", "loss", "news", "code"],
    }


def verify(asked: AppQuestion) -> Facts:
    ask_school(asked)
    said = {name: text_in(asked.body, name) for name in ("campus_no", "name", "id_number", "device")}
    made = bindings.ask(
        by=asked.by, app=asked.app, app_user=text_in(asked.body, "user"), app_phone=text_in(asked.body, "phone"), **said
    )
    return {"binding": str(made.public_id), "phone": bindings.masked_phone_of(made, by=asked.by)}


def bind(asked: AppQuestion) -> Facts:
    made = bindings.confirm(
        by=asked.by, app=asked.app, public_id=text_in(asked.body, "binding"), code=text_in(asked.body, "code")
    )
    return {"binding": str(made.public_id), **holder_facts(made)}


def look(asked: AppQuestion) -> Facts:
    return holder_facts(bound(asked))


def holder_facts(binding: Binding) -> Facts:
    """A155: name, number and balance shown are the sign that all is well."""
    card = card_of(binding)
    person = people.person_card(binding.person_id)
    balance = ledger.balance_of(card.wallet_id)
    return {
        "name": person.name if person else "",
        "campus_no": campus_no_of(person),
        "card_state": card.state,
        "card_state_name": str(card.get_state_display()),
        "card_class": str(card.get_card_class_display()),
        "virtual_no": binding.virtual_no,
        "device": binding.device,
        "balance_fen": balance,
        "pending_fen": loads.held_fen(card) - balance,
        "as_of": time.time(),
    }


def bound(asked: AppQuestion) -> Binding:
    return bindings.active(asked.app, text_in(asked.body, "binding"))


def card_of(binding: Binding) -> Card:
    living = Card.objects.select_related("wallet").filter(person_id=binding.person_id)
    card = living.filter(state__in=("issued", "lost")).first() or living.order_by("-created_at").first()
    if card is None:
        raise CardNotFoundError
    return card


def top_up(asked: AppQuestion) -> Facts:
    """The order, and where it is paid. The same request again is the same order."""
    made = top_ups.ask_top_up(
        by=asked.by,
        card=card_of(bound(asked)),
        amount_fen=whole_in(asked.body, "amount_fen"),
        source=OnlineTopUp.Source.APP,
        app=asked.app,
        request=asked.request,
    )
    try:
        return top_up_facts(top_ups.open_top_up(made))
    except AcquirerSilentError as error:
        raise AcquirerBusyError from error


def known_top_up(asked: AppQuestion) -> Facts | None:
    """Of this holder, whichever card he has now; not one that was written down and never opened, which nobody can pay."""
    person_id = bound(asked).person_id
    made = OnlineTopUp.objects.filter(app=asked.app, request=asked.request, card__person_id=person_id)
    made = made.filter(amount_fen=whole_in(asked.body, "amount_fen"))
    found = made.exclude(state=OnlineTopUp.State.ASKED).first()
    return None if found is None else top_up_facts(found)


def look_top_up(asked: AppQuestion) -> Facts:
    """Only what this app ordered for this binding's holder."""
    number, person_id = text_in(asked.body, "order"), bound(asked).person_id
    found = OnlineTopUp.objects.filter(number=number, app=asked.app, card__person_id=person_id).first()
    if found is None:
        raise TopUpNotFoundError
    return top_up_facts(found)


def top_up_facts(found: OnlineTopUp) -> Facts:
    return {
        "order": found.number,
        "state": found.state,
        "state_name": str(found.get_state_display()),
        "tn": found.tn,
        "address": found.address,
        "amount_fen": found.amount_fen,
    }


def rows(asked: AppQuestion) -> Facts:
    """The newest rows first, as on the holder's own page; `before` is the id of the last one seen."""
    card = card_of(bound(asked))
    found = Receipt.objects.filter(wallet_id=card.wallet_id, outcome="posted").select_related("merchant")
    if "before" in asked.body:
        seen = whole_in(asked.body, "before")
        at = Receipt.objects.filter(pk=seen).values_list("occurred_at", flat=True).first()
        found = found.filter(Q(occurred_at__lt=at) | Q(occurred_at=at, pk__lt=seen)) if at else found.none()
    return {"rows": [row_facts(one) for one in found.order_by("-occurred_at", "-id")[:ROWS]]}


def row_facts(one: Receipt) -> Facts:
    kind = KINDS[one.kind]
    return {
        "id": one.pk,
        "kind": str(kind.name),
        "is_money_in": kind.is_money_in,
        "amount_fen": one.amount_fen,
        "balance_fen": one.balance_fen,
        "at": one.occurred_at.timestamp(),
        "merchant": one.merchant.name if one.merchant else "",
    }


def loss(asked: AppQuestion) -> Facts:
    card = card_of(bound(asked))
    report_lost(by=asked.by, card=card, reason=f"在{asked.app.name}挂失", proof=BOUND_APP)
    return {"card_state": "lost"}


def news(_asked: AppQuestion) -> Facts:
    lines = messages.latest_for_all()
    return {"news": [{"title": one.title, "at": one.published_at.timestamp()} for one in lines]}


def code(asked: AppQuestion) -> Facts:
    """A code of this phone's own (收付款): the app's server keeps no key, so it asks while it has a network."""
    kind, binding = text_in(asked.body, "kind"), bound(asked)
    device = binding.code_device
    if kind not in CODE_KINDS or device is None or card_of(binding).state != Card.State.ISSUED:
        raise CardNotFoundError
    keys: dict[Kind, bytes] = {"pay": bytes.fromhex(device.pay_key), "door": bytes.fromhex(device.door_key)}
    nonce = "".join(secrets.choice(ALPHABET) for _place in range(4))
    step = int(now().timestamp() // STEP_SECONDS)
    text, right = write_picture(keys, device=device.number, step=step, nonce=nonce), CODE_KINDS[kind]
    return {"code": part_of(text, right) if right else text, "seconds": STEP_SECONDS}


def unbind(asked: AppQuestion) -> Facts:
    bindings.revoke(by=asked.by, binding=bound(asked), reason=f"在{asked.app.name}解除")
    return {}


def appeal(asked: AppQuestion) -> Facts:
    said = {name: text_in(asked.body, name) for name in ("campus_no", "name", "phone", "text")}
    appeals.ask_in_app(by=asked.by, app=asked.app, **said)
    return {"sentence": "已收到，校园卡管理办公室核实后会电话联系您"}


APP_OPERATIONS["top_up"] = AppOperation(top_up, known=known_top_up)
for name, work in {
    "school": ask_school,
    "verify": verify,
    "bind": bind,
    "look": look,
    "top_up/look": look_top_up,
    "rows": rows,
    "loss": loss,
    "news": news,
    "code": code,
    "unbind": unbind,
    "appeal": appeal,
}.items():
    APP_OPERATIONS[name] = AppOperation(work, goes_on=name in GO_ON, writes=name in WRITE)
