"""Is my card all right (新生自查, A155): each thing that must hold, what is wrong with it in plain words, and who mends it."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nanhu.kernel.actors import Actor
from nanhu.kernel.errors import NotFoundError
from nanhu.kernel.money import format_yuan
from nanhu.kernel.school import school
from nanhu.kernel.ui import dates
from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.payments.api import Agreement
from nanhu.platforms.people import api as people
from nanhu.systems.card.bank.models import Binding
from nanhu.systems.card.bank.services import bindings
from nanhu.systems.card.funds.models import PendingAccount
from nanhu.systems.card.models import Card
from nanhu.systems.card.pins.queries import pin_states

PURPOSE = "本人自查校园卡资料"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """`is_well` False is a trouble, None only worth knowing. `href` leads to where it is mended, if the holder can."""

    title: str
    value: str
    is_well: bool | None = True
    help: str = ""
    href: str = ""
    action: str = ""

    @property
    def tone(self) -> str:
        return {True: "good", False: "danger", None: "info"}[self.is_well]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    person: people.PersonCard
    items: list[Item]

    @property
    def troubles(self) -> list[Item]:
        return [one for one in self.items if one.is_well is False]


def check(*, by: Actor, person_id: int, card: Card | None) -> Checked:
    """An account is always somebody's, and nobody is without a name: the database holds both."""
    person = people.person_card(person_id)
    if person is None:
        raise NotFoundError(what=_("这个人"))
    return Checked(
        person=person, items=[*identity_items(by, person_id, person), *card_items(card), *bank_items(person_id)]
    )


def numbers_of(person: people.PersonCard) -> list[str]:
    return [one.campus_no for one in person.affiliations]


def identity_items(by: Actor, person_id: int, person: people.PersonCard) -> Iterator[Item]:
    numbers = numbers_of(person)
    yield Item(title=_("姓名"), value=person.name)
    yield Item(
        title=_("学工号"),
        value="、".join(numbers) or _("没有"),
        is_well=bool(numbers),
        help="" if numbers else _("名册里还没有您的学工号，多半是数据还没有同步。"),
    )
    has_document = bool(people.id_number_of(person_id, by=by, purpose=PURPOSE))
    has_phone = bool(person.phone_masked)
    missing = [word for word, held in ((_("证件号"), has_document), (_("手机号"), has_phone)) if not held]
    yield Item(
        title=_("实名资料"),
        value=_("缺%(what)s") % {"what": "、".join(missing)} if missing else _("齐全"),
        is_well=not missing,
        help=_("缺了就不能绑定应用、签约银行；带身份证到校园卡管理办公室补登。") if missing else "",
    )


def card_items(card: Card | None) -> Iterator[Item]:
    if card is None:
        yield Item(title=_("校园卡"), value=_("还没有发卡"), is_well=False, help=_("卡还没有制好，或者还没有领。"))
        return
    is_well = card.state == Card.State.ISSUED
    yield Item(
        title=_("校园卡"),
        value=f"{card.get_state_display()} · {card.number}",
        is_well=is_well,
        help="" if is_well else str(STATE_HELP.get(card.state) or _("这张卡现在不能消费，请到校园卡管理办公室办理。")),
    )
    waiting = PendingAccount.objects.filter(wallet_id=card.wallet_id).values_list("account_id", flat=True)
    balances = ledger.balances_of([card.wallet_id, card.wallet.receivable_id, *waiting])
    balance, owed = balances.pop(card.wallet_id), balances.pop(card.wallet.receivable_id)
    yield Item(title=_("余额"), value=format_yuan(balance), is_well=balance >= 0)
    if owed:
        yield Item(
            title=_("欠款"),
            value=format_yuan(owed),
            is_well=None,
            help=_("消费机断网时的消费超过了余额，下次充值先补扣。"),
        )
    pending = sum(balances.values())
    if pending:
        yield Item(
            title=_("待领"),
            value=format_yuan(pending),
            is_well=None,
            help=_("钱已经入账，写到卡上才能消费。"),
            href=reverse("card:funds"),
            action=_("怎么领"),
        )
    for state in pin_states(card):
        if state.locked_until:
            yield Item(
                title=_("卡密码"),
                value=_("已锁定"),
                is_well=False,
                href=reverse("card:pins"),
                action=_("密码与限额"),
                help=_("输错次数太多，锁到 %(time)s。") % {"time": dates.time_words(state.locked_until)},
            )


STATE_HELP = {
    "lost": gettext_lazy("这张卡已挂失。找到了带证件到柜台解挂，找不到就补卡。"),
    "expired": gettext_lazy("卡已过有效期，请到校园卡管理办公室延期。"),
}


def bank_items(person_id: int) -> Iterator[Item]:
    if bindings.is_locked(person_id):
        yield Item(
            title=_("身份验证"),
            value=_("已锁定"),
            is_well=False,
            href=reverse("card:card_bank:phones"),
            action=_("解除锁定"),
            help=_("在外部应用里连续三次没有对上姓名、学工号、证件号。"),
        )
    known = list(Agreement.objects.filter(person_id=person_id).order_by("-pk")[:10])
    newest, is_signed = (known[0] if known else None), any(one.state == Agreement.State.ACTIVE for one in known)
    is_refused = newest is not None and newest.state == Agreement.State.REFUSED and not is_signed
    yield Item(
        title=_("银行签约"),
        is_well=False if is_refused else True if is_signed else None,
        value=_("已签约") if is_signed else str(newest.get_state_display()) if newest else _("还没有"),
        help=newest.sentence if is_refused and newest else "",
        href=reverse("agreement:own"),
        action=_("看签约"),
    )
    bound = Binding.objects.filter(person_id=person_id, state=Binding.State.ACTIVE).count()
    yield Item(
        title=_("绑定的应用"),
        value=_("%(count)s 个") % {"count": bound} if bound else _("没有绑定，也可以只用本网页"),
        is_well=True if bound else None,
        href=reverse("card:card_bank:phones"),
        action=_("看绑定"),
    )


def letter(checked: Checked) -> tuple[str, str]:
    """The trouble as the card office wants to read it: a text to copy, and the same as a mail that is already written."""
    person = checked.person
    name, numbers = person.name, numbers_of(person)
    lines = [
        _("校园卡管理办公室：您好。我的校园卡自查有问题，请帮忙看一下。"),
        _("姓名：%(name)s　学工号：%(number)s") % {"name": name, "number": "、".join(numbers) or "?"},
        *(f"{one.title}：{one.value}。{one.help}" for one in checked.troubles),
    ]
    text = "\n".join(lines)
    subject = _("校园卡自查：%(name)s %(number)s") % {"name": name, "number": "、".join(numbers)}
    return text, f"mailto:{office_mail()}?subject={quote(subject)}&body={quote(text)}"


def office_mail() -> str:
    return school().table("card_office").text("mail", "")
