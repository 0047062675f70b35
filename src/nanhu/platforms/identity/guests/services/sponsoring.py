"""Vouching for guests (来宾担保): invited with a one-time code by SMS, until a day, with one who answers for it."""

from collections.abc import Collection
from datetime import date, timedelta
from uuid import UUID

from django.db import models, transaction
from django.utils.translation import gettext as _

from nanhu.kernel import audit, throttle
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.configuration import configuration
from nanhu.kernel.delivery.texts import send_text
from nanhu.kernel.school import school
from nanhu.kernel.throttle import Gate, Limit
from nanhu.kernel.ui import dates
from nanhu.platforms.identity.guests.errors import (
    GuestDayError,
    GuestGoneError,
    NotThatAlumnusError,
    TooManyGuestsError,
    WorksHereNoMoreError,
)
from nanhu.platforms.identity.guests.models import Sponsorship
from nanhu.platforms.identity.guests.rules import is_allowed_day, latest_day
from nanhu.platforms.identity.lifecycle import accounts, counter
from nanhu.platforms.identity.models import Account
from nanhu.platforms.identity.services import limits, sign_in
from nanhu.platforms.people import api as people

MOST_LIVE = 20
INVITING = Limit("inviting", free=30, cap=3600, memory=timedelta(hours=24))
"""Messages cost money, and they go to whatever phone a sponsor types in."""


@transaction.atomic
def invite(
    *, by: Actor, sponsor: Account, kind: str, name: str, phone: str, former_no: str, ends_on: date, reason: str
) -> Sponsorship:
    """`former_no` names an alumnus' own record; anybody else becomes a person the school has not known before."""
    # two browsers at once must not pass the limit, and whoever leaves meanwhile leaves nobody behind
    Account.objects.select_for_update().get(pk=sponsor.pk)
    if not staff_ties(sponsor):
        raise WorksHereNoMoreError
    if live_of(sponsor).count() >= MOST_LIVE:
        raise TooManyGuestsError(most=MOST_LIVE)
    check_day(kind, ends_on)
    known = alumnus(former_no, name) if kind == Sponsorship.Kind.ALUMNUS else None
    guest = people.add_guest(
        by=by,
        name=name,
        phone=phone,
        category=kind,
        category_name=str(Sponsorship.Kind(kind).label),
        unit_code=unit_of(sponsor),
        ends_on=ends_on,
        person_id=known,
        reason=reason,
    )
    held = Sponsorship.objects.create(
        sponsor=sponsor, guest_id=guest.person_id, campus_no=guest.campus_no, kind=kind, reason=reason, ends_on=ends_on
    )
    audit.record(
        by=by,
        action="identity.invite_guest",
        target=f"person:{guest.person_id}",
        reason=reason,
        facts={"kind": kind, "until": ends_on.isoformat(), "number": guest.campus_no},
    )
    send_invitation(by=by, sponsor=sponsor, held=held, phone=phone)
    return held


def send_invitation(*, by: Actor, sponsor: Account, held: Sponsorship, phone: str) -> None:
    """A code that works once, for a day, goes to somebody the school never knew before and to nobody else.

    The sponsor chose the phone: were a code sent for a record that was here already, the sponsor could take it over.
    """
    throttle.admit([Gate(INVITING, f"sponsor:{sponsor.pk}"), Gate(limits.SENT, f"guest:{held.guest_id}")])
    card = people.person_card(held.guest_id)
    if card is None:
        raise GuestGoneError
    accounts.open_accounts(by=by, person_ids=[card.person_id])
    accounts.follow_affiliations(by=by, person_ids=[card.person_id])
    account = Account.objects.get(person_id=card.person_id)
    facts = {
        "school": school().name,
        "number": held.campus_no,
        "day": held.ends_on.isoformat(),
        "url": configuration().public_url,
    }
    if account.state == Account.State.ACTIVE:
        text = _("【%(school)s】您的来宾身份 %(number)s 已开通，用至 %(day)s，用原来的密码登录 %(url)s 。") % facts
    elif is_known(card):
        text = (
            _(
                "【%(school)s】您的来宾身份 %(number)s 已开通，用至 %(day)s。登录 %(url)s ：没设过密码的用身份证件号后六位激活，"
                "忘记密码的点“忘记密码”，都不行请带证件到信息中心。"
            )
            % facts
        )
    else:
        code = counter.reset_account(by=by, account_id=account.pk, reason="guest invitation")
        text = _(
            "【%(school)s】您的来宾账号 %(number)s，一次性密码 %(code)s（24 小时内有效），用至 %(day)s，登录 %(url)s 。"
        ) % (facts | {"code": code})
    send_text(phone=phone, text=text)


def is_known(card: people.PersonCard) -> bool:
    """The school knows this person otherwise than as a guest, now or from before."""
    return any(tie.kind != "guest" for tie in card.affiliations)


@transaction.atomic
def invite_again(*, by: Actor, sponsor: Account, public_id: UUID) -> None:
    held = owned(sponsor, public_id)
    phone = people.phone_of(held.guest_id, by=by, purpose="重发来宾邀请")
    send_invitation(by=by, sponsor=sponsor, held=held, phone=phone)
    Sponsorship.objects.filter(pk=held.pk).update(invited_at=now())


@transaction.atomic
def prolong(*, by: Actor, sponsor: Account, public_id: UUID, ends_on: date) -> None:
    held = owned(sponsor, public_id)
    check_day(held.kind, ends_on)
    people.set_guest_end(by=by, campus_no=held.campus_no, ends_on=ends_on, reason=held.reason)
    Sponsorship.objects.filter(pk=held.pk).update(ends_on=ends_on)
    audit.record(
        by=by, action="identity.prolong_guest", target=f"person:{held.guest_id}", facts={"until": ends_on.isoformat()}
    )


@transaction.atomic
def end(*, by: Actor, sponsor: Account, public_id: UUID) -> None:
    """The guest number is over at once, and with it the account, where nothing else ties the person to the school."""
    held = owned(sponsor, public_id)
    people.end_guest(by=by, campus_no=held.campus_no, reason=held.reason)
    accounts.follow_affiliations(by=by, person_ids=[held.guest_id])
    Sponsorship.objects.filter(pk=held.pk).update(ended_at=now())
    audit.record(by=by, action="identity.end_guest", target=f"person:{held.guest_id}", facts={"number": held.campus_no})


def owned(sponsor: Account, public_id: UUID) -> Sponsorship:
    """Locked; one of the sponsor's own that is not over."""
    held = live_of(sponsor).select_for_update().filter(public_id=public_id).first()
    if held is None:
        raise GuestGoneError
    return held


def live_of(sponsor: Account) -> models.QuerySet[Sponsorship]:
    return live_ones().filter(sponsor=sponsor)


def live_ones() -> models.QuerySet[Sponsorship]:
    return Sponsorship.objects.filter(ended_at=None, ends_on__gte=campus_today())


def check_day(kind: str, day: date) -> None:
    today = campus_today()
    if not is_allowed_day(kind, day, today):
        raise GuestDayError(latest=dates.short_day(latest_day(kind, today), today.year))


def alumnus(former_no: str, name: str) -> int:
    """Somebody who was here. Who still is has an account of their own, and gets the sentence a stranger would get."""
    person_id = sign_in.holder_of(former_no.strip())
    card = people.person_card(person_id) if person_id is not None else None
    if card is None or people.normalise_name(card.name) != people.normalise_name(name):
        raise NotThatAlumnusError
    if any(tie.is_live and tie.kind != "guest" for tie in card.affiliations) or not is_known(card):
        raise NotThatAlumnusError
    return card.person_id


@transaction.atomic
def end_of_leavers(*, by: Actor, person_ids: Collection[int]) -> None:
    """The guests of whom of these works here no more: they end with his last day, and not with the days of grace of his account."""
    accounts = list(Account.objects.select_for_update().filter(person__in=person_ids).order_by("pk"))
    vouching = set(live_ones().filter(sponsor__in=accounts).values_list("sponsor", flat=True))
    for sponsor in accounts:
        if sponsor.pk in vouching and not staff_ties(sponsor):
            end_all(by=by, sponsor=sponsor)


@transaction.atomic
def end_all(*, by: Actor, sponsor: Account) -> None:
    for held in list(live_of(sponsor).select_for_update()):
        end(by=by, sponsor=sponsor, public_id=held.public_id)


def unit_of(sponsor: Account) -> str:
    live = staff_ties(sponsor)
    return live[0].unit_code if live else ""


def staff_ties(sponsor: Account) -> list[people.AffiliationCard]:
    """By which he may vouch for somebody; none in the days of grace."""
    card = people.person_card(sponsor.person_id)
    return [one for one in card.affiliations if one.is_live and one.kind == "staff"] if card else []
