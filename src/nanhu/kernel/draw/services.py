"""A draw from its opening to its result. Times are the server's; whoever calls has checked who may."""

import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor, account_of
from nanhu.kernel.clock import now
from nanhu.kernel.draw import rules
from nanhu.kernel.draw.errors import (
    DrawPlanError,
    DrawTamperedError,
    EntriesClosedError,
    EntryRefusedError,
    NotClosedYetError,
    SecretLateError,
    ValueMissingError,
)
from nanhu.kernel.draw.models import Draw, DrawEntry, DrawValue
from nanhu.kernel.errors import WrongStateError
from nanhu.kernel.proposals import given

SECRET_BYTES, TOKEN_BYTES = 32, 8
MOST_WISHES = 100
WISH = re.compile(r"[0-9A-Za-z._-]{1,40}")


@transaction.atomic
def open_draw(
    *,
    by: Actor,
    key: str,
    title: str,
    seats: Mapping[str, int],
    value_name: str,
    closes_at: datetime,
    publish_by: datetime,
    passes: int = 1,
) -> Draw:
    """From here on its commitment is public; who opens it never sees the secret."""
    refuse_plan(seats, value_name, closes_at, publish_by)
    secret = secrets.token_bytes(SECRET_BYTES)
    draw = Draw.objects.create(
        key=key,
        title=title,
        seats=dict(seats),
        passes=passes,
        commitment=rules.commitment_of(secret),
        secret=secret.hex(),
        value_name=value_name.strip(),
        closes_at=closes_at,
        publish_by=publish_by,
        opened_by_name=by.name,
    )
    note(by, "draw.open", draw, sha256=draw.commitment)
    return draw


def refuse_plan(seats: Mapping[str, int], value_name: str, closes_at: datetime, publish_by: datetime) -> None:
    faults = [
        (not seats or min(seats.values()) < 0 or not all(map(WISH.fullmatch, seats)), _("没有名额，或名额不对。")),
        (not value_name.strip(), _("没有事先指定公开数。")),
        (not now() < closes_at < publish_by, _("截止时间须在将来，公布密数的时间须在截止之后。")),
    ]
    for is_so, why in faults:
        if is_so:
            raise DrawPlanError(why=why)


@transaction.atomic
def enter(*, by: Actor, draw: Draw, entrant: str, wishes: Sequence[str], round_number: int = 1) -> DrawEntry:
    """Take part, or change one's wishes, until it closes; without a wish one stands in the list and gets nothing."""
    current = held(draw)
    if current.state != Draw.State.OPEN or now() >= current.closes_at:
        raise EntriesClosedError
    refuse_choices(current, wishes)
    values = {"round": round_number, "wishes": list(wishes), "entered_at": now()}
    token = secrets.token_hex(TOKEN_BYTES)
    entry, is_new = DrawEntry.objects.update_or_create(
        draw=current, entrant=entrant, defaults=values, create_defaults=values | {"token": token}
    )
    note(by, "draw.enter" if is_new else "draw.change_entry", current, entrant=entrant, wishes=len(wishes))
    return entry


def held(draw: Draw) -> Draw:
    """As it is now; it cannot close before this transaction ends, and others may enter beside it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM kernel_draw WHERE id = %s FOR SHARE", [draw.pk])
    return Draw.objects.get(pk=draw.pk)


def locked(draw: Draw, *states: str) -> Draw:
    current = Draw.objects.select_for_update().get(pk=draw.pk)
    if current.state not in states:
        raise WrongStateError(what=_("这次抽签"), state=current.get_state_display())
    return current


def refuse_choices(draw: Draw, wishes: Sequence[str]) -> None:
    unknown = sorted(set(wishes) - set(draw.seats))
    if unknown:
        raise EntryRefusedError(why=_("没有这个志愿：{wishes}").format(wishes=", ".join(unknown[:5])))
    if len(set(wishes)) < len(wishes) or len(wishes) > MOST_WISHES:
        raise EntryRefusedError(why=_("志愿重复，或超过 {most} 个。").format(most=MOST_WISHES))


@transaction.atomic
def close(*, by: Actor, draw: Draw) -> Draw:
    """From here on the list is public and nobody comes in."""
    current = locked(draw, Draw.State.OPEN)
    if now() < current.closes_at:
        raise NotClosedYetError
    lines = lines_of(current)
    current.state, current.closed_at = Draw.State.CLOSED, now()
    current.root, current.entry_count = rules.root_of(lines), len(lines)
    current.save(update_fields=["state", "closed_at", "root", "entry_count"])
    note(by, "draw.close", current, entries=len(lines), sha256=current.root)
    return current


def lines_of(draw: Draw) -> list[str]:
    """What is public of each entry, in the order in which the root is made."""
    return sorted(entry.as_rule().line for entry in draw.entries.all())


@transaction.atomic
def type_value(*, by: Actor, draw: Draw, value: str, token: UUID) -> DrawValue:
    """The public value, as one person reads it; another reads it as well (`agree_value`)."""
    made = DrawValue.known(by, token)
    if made is not None:
        return made
    current = locked(draw, Draw.State.CLOSED)
    if current.values_typed.filter(state__in=["asked", "agreed"]).exists():
        raise WrongStateError(what=_("公开数"), state=_("已有人填写"))
    typed = DrawValue.objects.create(
        draw=current, value=given(value), token=token, author_id=account_of(by), author_name=by.name
    )
    note(by, "draw.type_value", current, value=typed.value)
    return typed


@transaction.atomic
def agree_value(*, by: Actor, typed: DrawValue) -> Draw:
    draw = locked(typed.draw, Draw.State.CLOSED)
    row = typed.locked_in({DrawValue.State.ASKED})
    row.decide(by, state=DrawValue.State.AGREED)
    row.save()
    draw.value = row.value
    draw.save(update_fields=["value"])
    note(by, "draw.agree_value", draw, value=row.value)
    return draw


@transaction.atomic
def refuse_value(*, by: Actor, typed: DrawValue, answer: str) -> DrawValue:
    why = given(answer)
    row = typed.locked_in({DrawValue.State.ASKED})
    row.decide(by, state=DrawValue.State.REFUSED, answer=why)
    row.save()
    audit.record(by=by, action="draw.refuse_value", target=f"draw:{row.draw.public_id}", reason=why)
    return row


@transaction.atomic
def draw_lots(*, by: Actor, draw: Draw) -> Draw:
    """Publish the secret and draw. The entries are those under the root, the secret is the promised one, or nothing is drawn."""
    current = locked(draw, Draw.State.CLOSED)
    if now() > current.publish_by:
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
    current.state, current.drawn_at = Draw.State.DRAWN, now()
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
    """Given up before it was drawn; it is done anew as another draw."""
    why = given(reason)
    current = locked(draw, Draw.State.OPEN, Draw.State.CLOSED)
    current.state, current.why_void = Draw.State.VOID, why
    current.save(update_fields=["state", "why_void"])
    audit.record(by=by, action="draw.void", target=f"draw:{current.public_id}", reason=why)
    return current


def void_overdue() -> int:
    """Those whose secret was not published by its hour."""
    overdue = Draw.objects.filter(state__in=[Draw.State.OPEN, Draw.State.CLOSED], publish_by__lt=now())
    for draw in overdue:
        void(by=Actor.system("draw"), draw=draw, reason=_("没有在约定的时间公布密数"))
    return len(overdue)


def note(by: Actor, action: str, draw: Draw, **facts: object) -> None:
    audit.record(by=by, action=action, target=f"draw:{draw.public_id}", facts=facts)
