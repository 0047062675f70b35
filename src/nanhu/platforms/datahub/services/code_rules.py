"""Codes of the school's own (校定代码), and codes of the standard that it takes out of use: each from a day on, so that a file is read by
the table of its day, also when it is told again years later."""

from datetime import date
from typing import Final

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_time
from nanhu.kernel.dated import rules_on, rules_within, supersede
from nanhu.kernel.proposals import given
from nanhu.platforms.datahub.cleaning.lookups import Lookups, SchoolCodes
from nanhu.platforms.datahub.cleaning.units import UnitBook
from nanhu.platforms.datahub.codes import Code, code_table, spelling
from nanhu.platforms.datahub.errors import CodeRefusedError
from nanhu.platforms.datahub.models import Batch, CodeRule

STATUSES: Final = frozenset({"student_status", "staff_status"})
EDITABLE: Final = ("student_status", "staff_status", "unit_kind")
"""Of the others the program itself knows what each code means (cards go by the categories), or the state says which there are."""


def school_codes(on: date) -> SchoolCodes:
    found: dict[str, dict[str, Code | None]] = {}
    for one in rules_on(CodeRule.objects.all(), on).order_by("id"):
        code = Code(one.code, one.name, note=one.note) if one.is_valid else None
        found.setdefault(one.table, {})[one.code] = code
    return found


def day_of(batch: Batch) -> date:
    return campus_time(batch.created_at).date()


def table_on(key: str, on: date) -> dict[str, Code]:
    """All codes of a table that hold on a day."""
    merged = {**code_table(key).codes, **school_codes(on).get(key, {})}
    return {code: one for code, one in merged.items() if one is not None}


def find_code(key: str, text: str, on: date) -> Code | None:
    """By itself, its name or a spelling of the standard's."""
    return Lookups(UnitBook.of([]), school=school_codes(on)).code(key, text)


def code_name(key: str, code: str) -> str:
    """Also of one that holds no more."""
    if known := code_table(key).codes.get(code):
        return known.name
    own = CodeRule.objects.filter(table=key, code=code).exclude(name="").order_by("-id").first()
    return own.name if own else code


@transaction.atomic
def add_code(
    *, by: Actor, table: str, code: str, name: str, note: str, starts_on: date, ends_on: date | None, reason: str
) -> CodeRule:
    """A code that the standard does not have."""
    refuse_unfit(table, starts_on, ends_on)
    if not code or not name or (table in STATUSES) != bool(note):
        raise CodeRefusedError(value=code or name)
    others = rules_within(CodeRule.objects.filter(table=table, is_valid=True), starts_on, ends_on).exclude(code=code)
    taken = {spelling(text) for one in others for text in (one.code, one.name)}
    standard = code_table(table)
    texts = {spelling(code), spelling(name)}
    if texts & taken or any(standard.find(text) for text in texts):
        raise CodeRefusedError(value=f"{code} {name}")
    rule = CodeRule(table=table, code=code, name=name, note=note, is_valid=True, starts_on=starts_on, ends_on=ends_on)
    return put_in_force(rule, by=by, reason=reason)


@transaction.atomic
def withdraw_code(*, by: Actor, table: str, code: str, starts_on: date, ends_on: date | None, reason: str) -> CodeRule:
    """From that day on files that say it are told that no table knows it; what older files said stays as it was said."""
    refuse_unfit(table, starts_on, ends_on)
    if code not in table_on(table, starts_on):
        raise CodeRefusedError(value=code)
    rule = CodeRule(table=table, code=code, is_valid=False, starts_on=starts_on, ends_on=ends_on)
    return put_in_force(rule, by=by, reason=reason)


def refuse_unfit(table: str, starts_on: date, ends_on: date | None) -> None:
    if table not in EDITABLE or (ends_on is not None and ends_on < starts_on):
        raise CodeRefusedError(value=table)


def put_in_force(rule: CodeRule, *, by: Actor, reason: str) -> CodeRule:
    supersede(by=by, wanted=[rule], reason=given(reason))
    facts = {
        "standard_code": f"{rule.code} {rule.name}".strip(),
        "is_valid": rule.is_valid,
        "starts_on": rule.starts_on.isoformat(),
        **({"ends_on": rule.ends_on.isoformat()} if rule.ends_on else {}),
    }
    audit.record(by=by, action="datahub.set_code", target=f"code_table:{rule.table}", reason=reason, facts=facts)
    return rule
