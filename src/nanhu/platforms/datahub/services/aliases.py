"""Aliases (别名): spellings of offices that stewards have given a code of the standard."""

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today
from nanhu.kernel.once import lock_key
from nanhu.platforms.datahub.cleaning.units import UnitBook
from nanhu.platforms.datahub.codes import UNIT, spelling
from nanhu.platforms.datahub.errors import AliasRefusedError
from nanhu.platforms.datahub.models import CodeAlias
from nanhu.platforms.datahub.services.code_rules import find_code, table_on
from nanhu.platforms.people import api as people


def aliases_of(source: str) -> dict[tuple[str, str], str]:
    """By table and spelling; what was said of this source counts more than what was said of all."""
    rows = CodeAlias.objects.filter(source__in=["", source]).order_by("source")
    return {(table, text): code for table, text, code in rows.values_list("table", "spelling", "code")}


def code_said(table: str, text: str) -> str | None:
    """By itself, its name or a spelling of the standard's; of a unit also by a former name."""
    if table == UNIT:
        return UnitBook.of(people.unit_names(), people.former_unit_names()).find(text, text)
    found = find_code(table, text, campus_today())
    return found.code if found else None


def names_by_code(table: str) -> dict[str, str]:
    if table == UNIT:
        return {code: name for code, name, _short in people.unit_names()}
    return {code: one.name for code, one in table_on(table, campus_today()).items()}


@transaction.atomic
def add_alias(*, by: Actor, table: str, value: str, code: str, source: str = "") -> CodeAlias:
    """Again, or with another code: the later one stands, as a row of its own, by which `rules_version` tells it. One after another:
    the last number is the last that took effect."""
    lock_key("datahub.alias")
    text, names = spelling(value), names_by_code(table)
    if not text or code not in names or code_said(table, value) is not None:
        raise AliasRefusedError(value=value)
    CodeAlias.objects.filter(table=table, spelling=text, source=source).delete()
    alias = CodeAlias.objects.create(table=table, spelling=text, source=source, code=code, actor=by.name)
    facts = {"spelling": value, "standard_code": f"{code} {names[code]}", "source": source}
    audit.record(by=by, action="datahub.add_alias", target=f"code_table:{table}", facts=facts)
    return alias
