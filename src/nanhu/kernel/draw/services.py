"""A draw from its opening to its result. Times are the server's; whoever calls has checked who may."""

import re
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor, account_of
from nanhu.kernel.clock import now
from nanhu.kernel.database.values import run
from nanhu.kernel.draw import rules
from nanhu.kernel.draw.errors import (
    ClosedLateError,
    DrawPlanError,
    DrawTamperedError,
    EntriesClosedError,
    EntryRefusedError,
    NotClosedYetError,
    SecretLateError,
    ValueMissingError,
    ValueNotKnownYetError,
    ValueRefusedError,
)
from nanhu.kernel.draw.models import Draw, DrawEntry, DrawValue, DrawVoid
from nanhu.kernel.errors import CampusError, WrongStateError
from nanhu.kernel.proposals import EXPIRY, NOT_IN_TIME, given

SECRET_BYTES, TOKEN_BYTES = 32, 8
MOST_WISHES, MOST_SEATS, MOST_ROUNDS = 100, 1_000_000, 999
LEAST_WAIT: Final = timedelta(minutes=10)
"""From the closing to the value: the minute's job closes the list well before anybody knows it."""
WISH = re.compile(r"[0-9A-Za-z._-]{1,40}")


@transaction.atomic
def open_draw(
    *,
    by: Actor,
    key: str,
    title: str,
    seats: Mapping[str, int],
    value_name: str,
    value_form: str,
    closes_at: datetime,
    value_known_at: datetime,
    publish_by: datetime,
    passes: int = 1,
) -> Draw:
    """From here on its commitment and the digest of this plan are public; who opens it never sees the secret."""
    refuse_places(seats, passes)
    refuse_value_plan(value_name, value_form)
    refuse_hours(closes_at, value_known_at, publish_by)
    secret = secrets.token_bytes(SECRET_BYTES)
    draw = Draw(
        key=key,
        title=title,
        seats=dict(seats),
        passes=passes,
        commitment=rules.commitment_of(secret),
        secret=secret.hex(),
        value_name=value_name.strip(),
        value_form=value_form,
        closes_at=closes_at,
        value_known_at=value_known_at,
        publish_by=publish_by,
        opened_by_name=by.name,
    )
    keep_new(draw)
    note(by, "draw.open", draw, commitment=draw.commitment, promise=draw.promise)
    return draw


def keep_new(draw: Draw) -> None:
    try:
        with transaction.atomic():
            draw.save(force_insert=True)
    except IntegrityError as known:
        if Draw.objects.filter(key=draw.key).exists():
            raise DrawPlanError(why=_("已有同名的抽签。")) from known
        raise


def refuse_places(seats: Mapping[str, int], passes: int) -> None:
    if not seats or not all(WISH.fullmatch(key) and is_count(most, 0, MOST_SEATS) for key, most in seats.items()):
        raise DrawPlanError(why=_("没有名额，或名额不对。"))
    if not is_count(passes, 1, rules.MOST_PASSES):
        raise DrawPlanError(why=_("轮数须是 1 到 {most} 的整数。").format(most=rules.MOST_PASSES))


def is_count(number: object, least: int, most: int) -> bool:
    return type(number) is int and least <= number <= most


def refuse_value_plan(value_name: str, value_form: str) -> None:
    if not value_name.strip() or not value_name.isprintable():
        raise DrawPlanError(why=_("没有事先指定公开数。")).at("value_name")
    if not rules.is_form(value_form):
        raise DrawPlanError(why=_("没有写明公开数的写法。")).at("value_form")


def refuse_hours(closes_at: datetime, value_known_at: datetime, publish_by: datetime) -> None:
    if not now() < closes_at:
        raise DrawPlanError(why=_("截止时间须在将来。")).at("closes_at")
    if not closes_at <= value_known_at - LEAST_WAIT:
        raise DrawPlanError(why=_("公开数须在截止至少十分钟之后才公布。")).at("value_known_at")
    if not value_known_at < publish_by:
        raise DrawPlanError(why=_("公布密数的时间须在公开数公布之后。")).at("publish_by")


@transaction.atomic
def enter(*, by: Actor, draw: Draw, entrant: str, wishes: Sequence[str], round_number: int = 1) -> DrawEntry:
    """Take part, or change one's wishes, until it closes; without a wish one stands in the list and gets nothing."""
    current, moment = held(draw), now()
    if current.state != Draw.State.OPEN or moment >= current.closes_at:
        raise EntriesClosedError
    refuse_choices(current, wishes, round_number)
    values = {"round": round_number, "wishes": list(wishes), "entered_at": moment}
    token = secrets.token_hex(TOKEN_BYTES)
    entry, is_new = DrawEntry.objects.update_or_create(
        draw=current, entrant=entrant, defaults=values, create_defaults=values | {"token": token}
    )
    note(by, "draw.enter" if is_new else "draw.change_entry", current, entrant=entrant, wishes=len(wishes))
    return entry


def held(draw: Draw) -> Draw:
    """As it is now; it cannot close before this transaction ends, and others may enter beside it."""
    run("SELECT FROM kernel_draw WHERE id = %s FOR SHARE", [draw.pk])
    return Draw.objects.get(pk=draw.pk)


def locked(draw: Draw, *states: str) -> Draw:
    current = Draw.objects.select_for_update().get(pk=draw.pk)
    if current.state not in states:
        raise WrongStateError(what=_("这次抽签"), state=current.get_state_display())
    return current


def refuse_choices(draw: Draw, wishes: Sequence[str], round_number: int) -> None:
    if not is_count(round_number, 1, MOST_ROUNDS):
        raise EntryRefusedError(why=_("没有这一轮。"))
    unknown = sorted(set(wishes) - set(draw.seats))
    if unknown:
        raise EntryRefusedError(why=_("没有这个志愿：{wishes}").format(wishes=", ".join(unknown[:5])))
    if len(set(wishes)) < len(wishes) or len(wishes) > MOST_WISHES:
        raise EntryRefusedError(why=_("志愿重复，或超过 {most} 个。").format(most=MOST_WISHES))


@transaction.atomic
def close(*, by: Actor, draw: Draw) -> Draw:
    """From here on the list is public and nobody comes in."""
    current, moment = locked(draw, Draw.State.OPEN), now()
    if moment < current.closes_at:
        raise NotClosedYetError
    if moment >= current.value_known_at:
        raise ClosedLateError
    lines = lines_of(current)
    current.state, current.closed_at = Draw.State.CLOSED, moment
    current.root, current.entry_count = rules.root_of(lines), len(lines)
    current.save(update_fields=["state", "closed_at", "root", "entry_count"])
    note(by, "draw.close", current, entries=len(lines), sha256=current.root)
    return current


def lines_of(draw: Draw) -> list[str]:
    """What is public of each entry, in the order in which the root is made."""
    return sorted(
        rules.Entry(token, number, tuple(wishes)).line
        for token, number, wishes in draw.entries.values_list("token", "round", "wishes")
    )


@transaction.atomic
def type_value(*, by: Actor, draw: Draw, value: str, token: UUID) -> DrawValue:
    """The public value, as one person reads it; another reads it as well (`check_value`), and is not shown this one."""
    made = DrawValue.known(by, token)
    if made is not None:
        return made
    current = locked(draw, Draw.State.CLOSED)
    if now() < current.value_known_at:
        raise ValueNotKnownYetError
    said = as_promised(current, value)
    close_expired(current.values_typed.all(), refuse_value)
    if current.values_typed.filter(state__in=["asked", "agreed"]).exists():
        raise WrongStateError(what=_("公开数"), state=_("已有人填写"))
    typed = DrawValue.objects.create(
        draw=current, value=said, token=token, author_id=account_of(by), author_name=by.name
    )
    note(by, "draw.type_value", current)
    return typed


def as_promised(draw: Draw, value: str) -> str:
    said = rules.spelled(value)
    if not rules.fits(said, draw.value_form):
        raise ValueRefusedError(form=rules.plain_form(draw.value_form))
    return said


@transaction.atomic
def check_value(*, by: Actor, typed: DrawValue, value: str) -> DrawValue:
    """As the second person reads it: the same, and it counts; another, and both read anew."""
    draw = locked(typed.draw, Draw.State.CLOSED)
    row = typed.locked_in({DrawValue.State.ASKED})
    said = as_promised(draw, value)
    is_same = said == row.value
    row.decide(by, state=DrawValue.State.AGREED if is_same else DrawValue.State.REFUSED, answer="" if is_same else said)
    row.save()
    if not is_same:
        note(by, "draw.refuse_value", draw, value=said)
        return row
    draw.value = said
    draw.save(update_fields=["value"])
    note(by, "draw.agree_value", draw, value=said)
    return row


@transaction.atomic
def refuse_value(*, by: Actor, asked: DrawValue, answer: str) -> DrawValue:
    """Without having read it anew: nobody did so in time."""
    row = asked.locked_in({DrawValue.State.ASKED})
    row.decide(by, state=DrawValue.State.REFUSED, answer=given(answer))
    row.save()
    note(by, "draw.refuse_value", row.draw)
    return row


def close_expired(rows: Iterable[Any], refuse: Callable[..., object]) -> None:
    """What waits and can be decided no more keeps nobody from beginning anew before the hour's job comes to it."""
    for row in rows:
        if row.is_overdue:
            refuse(by=EXPIRY, asked=row, answer=NOT_IN_TIME)


@transaction.atomic
def draw_lots(*, by: Actor, draw: Draw) -> Draw:
    """Publish the secret and draw. The entries are those under the root, the secret is the promised one, or nothing is drawn."""
    current, moment = locked(draw, Draw.State.CLOSED), now()
    if moment > current.publish_by:
        raise SecretLateError
    if not current.value:
        raise ValueMissingError(name=current.value_name)
    entries = list(current.entries.all())
    secret = bytes.fromhex(current.secret)
    promised = (rules.commitment_of(secret), rules.root_of(entry.as_rule().line for entry in entries))
    if promised != (current.commitment, current.root):
        raise DrawTamperedError
    seed = rules.seed_of(secret, current.root, current.value)
    outcome = rules.drawn([entry.as_rule() for entry in entries], current.seats, seed=seed, passes=current.passes)
    keep(entries, outcome)
    current.state, current.drawn_at = Draw.State.DRAWN, moment
    current.published_secret, current.queues = current.secret, outcome.queues
    current.save(update_fields=["state", "drawn_at", "published_secret", "queues"])
    note(by, "draw.draw", current, entries=len(entries))
    return current


def keep(entries: Sequence[DrawEntry], outcome: rules.Outcome) -> None:
    ranks = {token: rank for rank, token in enumerate(outcome.order, start=1)}
    for entry in entries:
        entry.lot, entry.rank = outcome.lots[entry.token], ranks[entry.token]
        entry.places = outcome.places[entry.token]
    DrawEntry.objects.bulk_update(entries, ["lot", "rank", "places"], batch_size=2000)


@transaction.atomic
def void(*, by: Actor, draw: Draw, reason: str) -> Draw:
    """Given up while people still come in; it is done anew as another draw. Once it closed two people do it (`ask_void`)."""
    why = given(reason)
    current = locked(draw, Draw.State.OPEN)
    if now() >= current.closes_at:
        raise WrongStateError(what=_("这次抽签"), state=Draw.State.CLOSED.label)
    return voided(current, by=by, reason=why)


def voided(current: Draw, *, by: Actor, reason: str) -> Draw:
    """With its secret, so that everybody sees what it would have come to. A secret that is not the promised one is not said."""
    current.state, current.voided_at, current.why_void = Draw.State.VOID, now(), reason
    if rules.commitment_of(bytes.fromhex(current.secret)) == current.commitment:
        current.published_secret = current.secret
    current.save(update_fields=["state", "voided_at", "why_void", "published_secret"])
    audit.record(by=by, action="draw.void", target=f"draw:{current.public_id}", reason=reason)
    return current


@transaction.atomic
def ask_void(*, by: Actor, draw: Draw, reason: str, token: UUID) -> DrawVoid:
    """Give up a draw whose list is closed; another person agrees (`agree_void`) or not."""
    made = DrawVoid.known(by, token)
    if made is not None:
        return made
    why = given(reason)
    current = locked(draw, Draw.State.CLOSED)
    close_expired(current.voids_asked.all(), refuse_void)
    if current.voids_asked.filter(state=DrawVoid.State.ASKED).exists():
        raise WrongStateError(what=DrawVoid.what, state=DrawVoid.State.ASKED.label)
    asked = DrawVoid.objects.create(
        draw=current, reason=why, token=token, author_id=account_of(by), author_name=by.name
    )
    audit.record(by=by, action="draw.ask_void", target=f"draw:{current.public_id}", reason=why)
    return asked


@transaction.atomic
def agree_void(*, by: Actor, asked: DrawVoid) -> Draw:
    current = locked(asked.draw, Draw.State.CLOSED)
    row = asked.locked_in({DrawVoid.State.ASKED})
    row.decide(by, state=DrawVoid.State.AGREED)
    row.save()
    return voided(current, by=by, reason=row.reason)


@transaction.atomic
def refuse_void(*, by: Actor, asked: DrawVoid, answer: str) -> DrawVoid:
    why = given(answer)
    row = asked.locked_in({DrawVoid.State.ASKED})
    row.decide(by, state=DrawVoid.State.REFUSED, answer=why)
    row.save()
    audit.record(by=by, action="draw.refuse_void", target=f"draw:{row.draw.public_id}", reason=why)
    return row


@transaction.atomic
def take_back(*, by: Actor, row: DrawValue | DrawVoid) -> None:
    """A value or a voiding that waits for the second person, by who asked for it."""
    current = row.locked_in({"asked"})
    current.take_back(by)
    current.save()
    note(by, "draw.take_back", current.draw)


def close_due() -> int:
    """Lists whose hour has come. One that nobody closed before the value was known is void: who saw it could have come in."""
    return each_alone(close_or_void, Draw.objects.filter(state=Draw.State.OPEN, closes_at__lte=now()))


@transaction.atomic
def close_or_void(draw: Draw) -> None:
    by = Actor.system("draw")
    if now() < draw.value_known_at:
        close(by=by, draw=draw)
    else:
        voided(locked(draw, Draw.State.OPEN), by=by, reason=gettext_noop("公开数公布时名单还没有截止"))


def void_overdue() -> int:
    """Those whose secret was not published by its hour."""
    return each_alone(void_late, Draw.objects.filter(state=Draw.State.CLOSED, publish_by__lt=now()))


@transaction.atomic
def void_late(draw: Draw) -> None:
    voided(locked(draw, Draw.State.CLOSED), by=Actor.system("draw"), reason=gettext_noop("没有在约定的时间公布密数"))


def each_alone(step: Callable[[Draw], None], draws: Iterable[Draw]) -> int:
    """Of one that somebody else just moved on the others know nothing."""
    done = 0
    for draw in draws:
        with suppress(CampusError):
            step(draw)
            done += 1
    return done


def note(by: Actor, action: str, draw: Draw, **facts: object) -> None:
    audit.record(by=by, action=action, target=f"draw:{draw.public_id}", facts=facts)
