"""Aliases (别名): spellings of offices that stewards have given a code of the standard."""

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today
from nanhu.kernel.once import lock_key
from nanhu.platforms.datahub.codes import spelling
from nanhu.platforms.datahub.errors import AliasRefusedError
from nanhu.platforms.datahub.models import CodeAlias
from nanhu.platforms.datahub.services.code_rules import find_code, table_on


def aliases_of(source: str) -> dict[tuple[str, str], str]:
    """By table and spelling; what was said of this source counts more than what was said of all."""
    rows = CodeAlias.objects.filter(source__in=["", source]).order_by("source")
    return {(table, text): code for table, text, code in rows.values_list("table", "spelling", "code")}


@transaction.atomic
def add_alias(*, by: Actor, table: str, value: str, code: str, source: str = "") -> CodeAlias:
    """Again, or with another code: the later one stands, as a row of its own, by which `rules_version` tells it. One after another:
    the last number is the last that took effect."""
    lock_key("datahub.alias")
    text, codes = spelling(value), table_on(table, campus_today())
    if not text or code not in codes or find_code(table, value, campus_today()) is not None:
        raise AliasRefusedError(value=value)
    CodeAlias.objects.filter(table=table, spelling=text, source=source).delete()
    alias = CodeAlias.objects.create(table=table, spelling=text, source=source, code=code, actor=by.name)
    facts = {"spelling": value, "standard_code": f"{code} {codes[code].name}", "source": source}
    audit.record(by=by, action="datahub.add_alias", target=f"code_table:{table}", facts=facts)
    return alias
