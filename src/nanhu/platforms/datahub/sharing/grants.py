"""Grants (共享授权): asked by one steward, agreed to by another; one of a table holds for a vendor at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from dataclasses import fields as dataclass_fields
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today
from nanhu.kernel.proposals import given
from nanhu.platforms.datahub.errors import GrantRefusedError
from nanhu.platforms.datahub.models import Grant
from nanhu.platforms.datahub.models.sharing import USUAL_ROWS_A_DAY
from nanhu.platforms.datahub.shared.declarations import SharedTable
from nanhu.platforms.datahub.shared.writing import shared_table
from nanhu.platforms.datahub.sharing import offers
from nanhu.platforms.openapi.api import Vendor

State = Grant.State
FIRST_DAY = date(2000, 1, 1)


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
def ask(*, by: Actor, token: UUID, table: SharedTable, vendor: Vendor, terms: Terms) -> Grant:
    known = Grant.known(by, token)
    if known is not None:
        return known
    Vendor.objects.select_for_update().get(pk=vendor.pk)
    refuse_faulty(table, terms)
    if Grant.objects.filter(vendor=vendor, table_key=table.key, state=State.ASKED).exists():
        raise GrantRefusedError(why=_("已经有一份在等复核"))
    given_names = {*terms.fields, *table.keys}
    asked = Grant.begun(
        by,
        token,
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
    audit.record(
        by=by, action="datahub.ask_grant", target=target_of(asked), reason=terms.purpose, facts=facts_of(asked)
    )
    return asked


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
    Vendor.objects.select_for_update().get(pk=grant.vendor_id)
    found = grant.locked_in([State.ASKED])
    refuse_faulty(shared_table(found.table_key), terms_of(found))
    for before in Grant.objects.select_for_update().filter(
        vendor_id=found.vendor_id, table_key=found.table_key, state=State.AGREED
    ):
        before.state = State.ENDED
        before.save(update_fields=["state"])
    found.decide(by, state=State.AGREED)
    found.save()
    audit.record(by=by, action="datahub.agree_grant", target=target_of(found), facts=facts_of(found))


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
    found.state, found.answer = State.ENDED, given(reason)
    found.save(update_fields=["state", "answer"])
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
    }
