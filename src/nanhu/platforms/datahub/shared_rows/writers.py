"""The one writer of a shared table (供给方): the system in the box or a source, from a day on; changed by two people."""

from datetime import date
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today
from nanhu.kernel.proposals import given
from nanhu.kernel.remembered import Remembered
from nanhu.kernel.ui import words
from nanhu.platforms.datahub.errors import SourceRefusedError, SwitchRefusedError, WriterRefusedError
from nanhu.platforms.datahub.known_sources import named_source
from nanhu.platforms.datahub.models import SharedTable as Lock
from nanhu.platforms.datahub.models import WriterSwitch
from nanhu.platforms.datahub.shared.declarations import SharedTable
from nanhu.platforms.datahub.sources import SOURCES
from nanhu.platforms.people import api as people

OURS = ""
"""The system in the box."""


def writers(day: date | None = None) -> dict[str, tuple[str, date]]:
    """Of each table that was ever switched: who writes it on that day, and since when."""
    rows = in_effect(day or campus_today()).values_list("table_key", "source", "starts_on")
    return {key: (source, since) for key, source, since in rows}


def in_effect(day: date) -> QuerySet[WriterSwitch]:
    """Of each table the last switch."""
    agreed = WriterSwitch.objects.filter(state=WriterSwitch.State.AGREED, starts_on__lte=day)
    return agreed.order_by("table_key", "-starts_on", "-decided_at", "-id").distinct("table_key")


def switch_in_effect(table: str) -> int:
    """Its number; 0: the table was never switched. Asked of the database."""
    found = in_effect(campus_today()).filter(table_key=table).first()
    return found.pk if found else 0


known_writers = Remembered(writers, seconds=5)


def writer_of(table: str) -> str:
    """The key of the source that writes it today; empty: the system in the box. Asked of the database."""
    return writers().get(table, (OURS, None))[0]


def is_ours(table: str) -> bool:
    """Whether the system in the box writes it today, as pages and doors ask it: a few seconds old."""
    return known_writer_of(table) == OURS


def known_writer_of(table: str) -> str:
    """As `writer_of`, a few seconds old."""
    return known_writers().get(table, (OURS, None))[0]


def supplier(table: str) -> str:
    """The title of the source that supplies it today; empty: the system in the box. As pages ask it."""
    return title_of(known_writer_of(table))


def title_of(source: str) -> str:
    """As an office calls it; the key of one that is no more."""
    if source == people.OVERRIDE:
        return _("学校临时更正")
    found = named_source(source) if source else None
    return words.term(str(found.title)) if found else source


def planned(table: str) -> list[WriterSwitch]:
    """The switches that were agreed and whose day is ahead, the next one first."""
    ahead = WriterSwitch.objects.filter(table_key=table, state=WriterSwitch.State.AGREED, starts_on__gt=campus_today())
    return list(ahead.order_by("starts_on", "decided_at"))


def refuse_other_writer(declared: SharedTable, source: str) -> None:
    """`source`: who is about to write. Ask it with the table locked, for a switch locks it as well."""
    writer = writer_of(declared.key)
    if writer == source:
        return
    if source == OURS:
        raise WriterRefusedError(table=declared.name, source=writer)
    raise SourceRefusedError(table=declared.name, writer=writer_name(writer), source=source)


def writer_name(source: str) -> str:
    return _("数据源 %s ") % source if source else _("本系统")


@transaction.atomic
def ask_switch(
    *, by: Actor, token: UUID, table: SharedTable, source: str, starts_on: date, reason: str
) -> WriterSwitch:
    """Ask that another writes this table from a day on. One question a table waits at a time."""
    known = WriterSwitch.known(by, token)
    if known is not None:
        return known
    Lock.objects.select_for_update().get(key=table.key)
    if (
        table.derived
        or starts_on < campus_today()
        or WriterSwitch.objects.filter(table_key=table.key, state="asked").exists()
    ):
        raise SwitchRefusedError(table=table.name)
    asked = WriterSwitch.begun(
        by,
        token,
        table_key=table.key,
        source=source,
        starts_on=starts_on,
        reason=reason,
    )
    audit.record(by=by, action="datahub.ask_switch", target=target_of(asked), reason=reason, facts=facts_of(asked))
    return asked


@transaction.atomic
def agree(*, by: Actor, switch: WriterSwitch) -> None:
    """Whoever writes at this moment ends first: the table is locked. A day that is over meanwhile becomes today.

    What was planned for that day or a later one is off: asking for today's writer calls a planned switch off."""
    Lock.objects.select_for_update().get(key=switch.table_key)
    found = switch.locked_in([WriterSwitch.State.ASKED])
    found.decide(by, state=WriterSwitch.State.AGREED)
    found.starts_on = max(found.starts_on, campus_today())
    overrule(found)
    found.save()
    audit.record(
        by=by, action="datahub.agree_switch", target=target_of(found), reason=found.reason, facts=facts_of(found)
    )
    transaction.on_commit(known_writers.forget)


def overrule(switch: WriterSwitch) -> None:
    for one in planned(switch.table_key):
        if one.starts_on >= switch.starts_on:
            one.state = WriterSwitch.State.OVERRULED
            one.save(update_fields=["state"])


@transaction.atomic
def take_back(*, by: Actor, switch: WriterSwitch, answer: str) -> None:
    """Its author's, before anybody decided."""
    found = switch.locked_in([WriterSwitch.State.ASKED])
    found.take_back(by, answer=answer)
    found.save()
    facts = facts_of(found)
    audit.record(by=by, action="datahub.take_back_switch", target=target_of(found), reason=answer, facts=facts)


@transaction.atomic
def refuse(*, by: Actor, switch: WriterSwitch, answer: str) -> None:
    found = switch.locked_in([WriterSwitch.State.ASKED])
    found.decide(by, state=WriterSwitch.State.REFUSED, answer=given(answer))
    found.save()
    audit.record(by=by, action="datahub.refuse_switch", target=target_of(found), reason=answer, facts=facts_of(found))


def facts_of(switch: WriterSwitch) -> dict[str, str]:
    writer = switch.source if switch.source in SOURCES else title_of(switch.source)
    return {"writer": writer or "nanhu", "starts_on": switch.starts_on.isoformat()}


def target_of(switch: WriterSwitch) -> str:
    return f"shared_table:{switch.table_key}"
