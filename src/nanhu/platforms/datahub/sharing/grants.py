"""Grants (共享授权): asked by one, agreed to by another; one of a table holds for a vendor at a time.

Two stewards do so at their desk; or a process asks (数据共享申请, `portal.sharing`) and alone decides then."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from dataclasses import fields as dataclass_fields
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.proposals import given
from nanhu.platforms.datahub.errors import GrantRefusedError
from nanhu.platforms.datahub.models import Grant
from nanhu.platforms.datahub.models.sharing import USUAL_ROWS_A_DAY
from nanhu.platforms.datahub.shared.declarations import SharedTable, shared_tables
from nanhu.platforms.datahub.shared_rows.writing import shared_table
from nanhu.platforms.datahub.sharing import offers
from nanhu.platforms.datahub.sharing.said import differing, said_of
from nanhu.platforms.openapi.api import Vendor

State = Grant.State
FIRST_DAY = date(2000, 1, 1)
request_pages: dict[str, Callable[[Grant], str]] = {}
"""By the process that asks for grants: the page of what was asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a grant says. `only`: of an open field the values that a row may have; the key is always given."""

    fields: Sequence[str]
    only: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    masked: Sequence[str] = ()
    past_from: date | None = None
    rows_a_day: int = USUAL_ROWS_A_DAY
    wants_news: bool = False
    has_view: bool = False
    purpose: str
    basis: str
    expires_on: date


TERMS = tuple(one.name for one in dataclass_fields(Terms))


@transaction.atomic
def ask(
    *,
    by: Actor,
    token: UUID,
    table: SharedTable,
    vendor: Vendor,
    terms: Terms,
    state: str = State.ASKED,
    for_unit_id: int | None = None,
) -> Grant:
    """`state`: IN_CASE where a process decides it, whose number the caller writes down (`name_case`); `for_unit_id`: of whoever asks there."""
    known = Grant.known(by, token)
    if known is not None:
        return known
    refuse_off(locked_vendor(vendor.pk))
    refuse_faulty(table, terms)
    if Grant.objects.filter(vendor=vendor, table_key=table.key, state__in=[State.ASKED, State.IN_CASE]).exists():
        raise GrantRefusedError(why=_("已经有一份在等复核"))
    given_names = {*terms.fields, *table.keys}
    asked = Grant.begun(
        by,
        token,
        state=state,
        for_unit_id=for_unit_id,
        vendor=vendor,
        table_key=table.key,
        fields=[one.name for one in table.fields if one.name in given_names],
        masked=[one.name for one in table.fields if one.name in terms.masked],
        only=offers.conditions(table, terms.only),
        past_from=terms.past_from,
        rows_a_day=terms.rows_a_day,
        wants_news=terms.wants_news,
        has_view=terms.has_view,
        purpose=given(terms.purpose),
        basis=terms.basis,
        expires_on=terms.expires_on,
    )
    before = held_before(asked)
    facts = facts_of(asked) | ({"asked_before": before.author_name} if before else {})
    audit.record(by=by, action="datahub.ask_grant", target=target_of(asked), reason=terms.purpose, facts=facts)
    return asked


def held_before(grant: Grant) -> Grant | None:
    """The one that this renews: it ends when this is agreed to."""
    return Grant.objects.filter(vendor_id=grant.vendor_id, table_key=grant.table_key, state=State.AGREED).first()


def locked_vendor(pk: int) -> Vendor:
    """What is asked for a vendor, and agreed to, is one after the other."""
    return Vendor.objects.select_for_update().get(pk=pk)


def refuse_off(vendor: Vendor) -> None:
    if not vendor.is_on:
        raise GrantRefusedError(why=_("这家单位已经停用"))


def name_case(grant: Grant, number: str) -> None:
    grant.case_number = number
    grant.save(update_fields=["case_number"])


def refuse_faulty(table: SharedTable, terms: Terms) -> None:
    fields, masked = set(terms.fields), set(terms.masked)
    if unknown := [name for name in (*terms.fields, *terms.only) if name not in table.by_name]:
        raise GrantRefusedError(why=_("这张表没有 %s") % unknown[0])
    if table.sensitive & set(terms.only):
        raise GrantRefusedError(why=_("敏感项不能用来挑选行"))
    if masked - fields or any(not table.by_name[name].mask for name in masked):
        raise GrantRefusedError(why=_("只有给出的、可以掩码的项能掩码"))
    if (table.sensitive & fields) - masked and terms.purpose.strip() not in table.purposes:
        raise GrantRefusedError(why=_("敏感项只为这些用途给出：%s") % "、".join(table.purposes))
    if table.persons and terms.basis == Grant.Basis.NOT_PERSONAL:
        raise GrantRefusedError(why=_("这张表里有个人信息，要选法律依据"))
    if terms.past_from is not None and not FIRST_DAY <= terms.past_from <= campus_today():
        raise GrantRefusedError(why=_("旧状态从 2000 年以后、今天以前的一天起"))
    if terms.expires_on <= campus_today():
        raise GrantRefusedError(why=_("截止日期要在今天之后"))


def terms_of(grant: Grant) -> Terms:
    return Terms(**{name: getattr(grant, name) for name in TERMS})


@transaction.atomic
def agree(*, by: Actor, grant: Grant) -> None:
    """The one that held before ends with it; one that would give nothing today ends none."""
    hold(by=by, grant=grant, state=State.ASKED)


@transaction.atomic
def agree_in_case(
    *,
    by: Actor,
    grant: Grant,
    owner_id: int | None,
    owner_name: str,
    owner_side: Collection[int],
    said: Mapping[str, Any],
) -> None:
    """The last word of its case. `owner_id`: the account that agreed first; `owner_side`: those of all who had to do with that word, none of
    whom is the steward; `said`: what both read of it (`said_of`), in the language that is active. Raises GrantRefusedError where it cannot be
    given any more, or would be given otherwise than they read."""
    if owner_id == grant.author_id:
        raise GrantRefusedError(why=_("申请的和先同意的是同一个人"))
    by_owner = {"owner_id": owner_id, "owner_name": owner_name, "owner_side": sorted(owner_side)}
    hold(by=by, grant=grant, state=State.IN_CASE, said=said, **by_owner)


def hold(*, by: Actor, grant: Grant, state: str, said: Mapping[str, Any] | None = None, **more: Any) -> None:
    """From now on. `more`: further columns of its row."""
    refuse_off(locked_vendor(grant.vendor_id))
    found = grant.locked_in([state], Grant.objects.select_related("vendor"))
    table = shared_tables().get(found.table_key)
    if table is None:
        raise GrantRefusedError(why=_("这张共享表已经没有了"))
    refuse_faulty(table, terms_of(found))
    if said is not None and differing(said, said_of(found)):
        raise GrantRefusedError(why=_("能给出的、对方已有的，和申请时写的不一样了，请重新申请"))
    for before in Grant.objects.select_for_update().filter(
        vendor_id=found.vendor_id, table_key=found.table_key, state=State.AGREED
    ):
        close(before, by)
    for name, value in more.items():
        setattr(found, name, value)
    found.decide(by, state=State.AGREED)
    found.save()
    audit.record(by=by, action="datahub.agree_grant", target=target_of(found), facts=facts_of(found))


def close(grant: Grant, by: Actor, answer: str = "") -> None:
    grant.state, grant.answer, grant.ended_at, grant.ended_by_name = State.ENDED, answer, now(), by.name
    grant.save(update_fields=["state", "answer", "ended_at", "ended_by_name"])


@transaction.atomic
def void(*, by: Actor, grant: Grant, answer: str) -> None:
    """Its case agreed, and it cannot be given any more: `answer` says why."""
    found = grant.locked_in([State.IN_CASE])
    found.decide(by, state=State.VOID, answer=given(answer))
    found.save()
    audit.record(by=by, action="datahub.void_grant", target=target_of(found), reason=answer, facts=case_of(found))


@transaction.atomic
def close_case(*, by: Actor | None, grant: Grant, answer: str) -> None:
    """Its case ended without agreement: refused by `by`, or by nobody (taken back, cancelled). Told again, nothing is left to do."""
    found = Grant.objects.select_for_update().get(pk=grant.pk)
    if found.state != State.IN_CASE:
        return
    author = Actor(account_id=found.author_id, name=found.author_name)
    if by is None:
        found.take_back(author, answer=answer)
    else:
        found.decide(by, state=State.REFUSED, answer=given(answer))
    found.save()
    audit.record(
        by=by or author,
        action="datahub.take_back_grant" if by is None else "datahub.refuse_grant",
        target=target_of(found),
        reason=answer,
        facts=case_of(found),
    )


@transaction.atomic
def refuse(*, by: Actor, grant: Grant, answer: str) -> None:
    found = grant.locked_in([State.ASKED])
    found.decide(by, state=State.REFUSED, answer=given(answer))
    found.save()
    audit.record(by=by, action="datahub.refuse_grant", target=target_of(found), reason=answer)


@transaction.atomic
def take_back(*, by: Actor, grant: Grant, answer: str) -> None:
    found = grant.locked_in([State.ASKED])
    found.take_back(by, answer=answer)
    found.save()
    audit.record(by=by, action="datahub.take_back_grant", target=target_of(found), reason=answer)


@transaction.atomic
def end(*, by: Actor, grant: Grant, reason: str) -> None:
    """At once: the next request finds nothing. One person suffices to close."""
    found = grant.locked_in([State.AGREED])
    close(found, by, given(reason))
    audit.record(by=by, action="datahub.end_grant", target=target_of(found), reason=reason)


def target_of(grant: Grant) -> str:
    return f"shared_table:{grant.table_key}"


def facts_of(grant: Grant) -> dict[str, object]:
    table = shared_table(grant.table_key)
    return {
        "consumer": grant.vendor.company,
        "fields": list(grant.fields),
        **({"masked": [table.by_name[name].label for name in grant.masked]} if grant.masked else {}),
        **({"past_from": grant.past_from.isoformat()} if grant.past_from else {}),
        "basis": grant.basis,
        "ends_on": grant.expires_on.isoformat(),
        **case_of(grant),
    }


def case_of(grant: Grant) -> dict[str, object]:
    """Facts of the case that decided it."""
    if not grant.case_number:
        return {}
    return {"number": grant.case_number, **({"owner_name": grant.owner_name} if grant.owner_name else {})}
