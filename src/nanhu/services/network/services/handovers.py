"""Handovers: asked for with a document, agreed by another engineer, made once; each step and each fetching is audited."""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_time, now
from nanhu.kernel.proposals import given
from nanhu.kernel.sheets.writing import csv_lines
from nanhu.services.network.errors import HandoverGoneError
from nanhu.services.network.models import Handover
from nanhu.services.network.services import tracing

State = Handover.State
KEPT: Final = timedelta(days=30)
HEADS: Final = ("姓名", "学工号", "设备", "IP 地址", "接入设备", "地点", "从", "到", "到是什么")
"""Of a Chinese authority's file, whoever looks."""


def target_of(row: Handover) -> str:
    return f"network-handover:{row.public_id}"


@transaction.atomic
def ask(*, by: Actor, token: UUID, facts: dict[str, Any]) -> Handover:
    if known := Handover.known(by, token):
        return known
    tracing.refuse_forgotten(facts["since"])
    row = Handover.begun(by, token, **facts)
    said = {"sought": row.sought, "warrant": row.document}
    audit.record(by=by, action="network.ask_handover", target=target_of(row), facts=said)
    return row


@transaction.atomic
def approve(*, by: Actor, row: Handover) -> Handover:
    """The file is that of this moment: what the log holds then."""
    found: Handover = row.locked_in([State.ASKED])
    tracing.refuse_forgotten(found.since)
    found.decide(by, state=State.MADE)
    lines = list(lines_of(found))
    found.content = "".join(csv_lines(HEADS, lines, is_quoted=True))
    found.lines, found.digest = len(lines), hashlib.sha256(found.content.encode()).hexdigest()
    found.save()
    facts = {"lines": found.lines, "digest": found.digest}
    audit.record(by=by, action="network.approve_handover", target=target_of(found), facts=facts)
    return found


@transaction.atomic
def refuse(*, by: Actor, row: Handover, answer: str) -> Handover:
    found: Handover = row.locked_in([State.ASKED])
    found.decide(by, state=State.REFUSED, answer=given(answer))
    found.save()
    audit.record(by=by, action="network.refuse_handover", target=target_of(found), reason=found.answer)
    return found


@transaction.atomic
def fetch(*, by: Actor, row: Handover) -> str:
    content = content_for(by, row)
    audit.record(by=by, action="network.fetch_handover", target=target_of(row), facts={"digest": row.digest})
    return content


def content_for(by: Actor, row: Handover) -> str:
    """For the two whose case it is."""
    if row.state != State.MADE or not row.content or by.account_id not in {row.author_id, row.approver_id}:
        raise HandoverGoneError
    return row.content


def forget() -> int:
    """The file goes; who gave what to whom stays."""
    return Handover.objects.filter(decided_at__lt=now() - KEPT, lines__isnull=False).update(content="")


def lines_of(row: Handover) -> Iterator[Iterable[object]]:
    for one in tracing.lines_of("log_between", row.sought, since=row.since, until=row.until):
        held = (moment(one.began_at), moment(one.ended_at), "最近报告" if one.is_silent else "")
        yield one.name, one.campus_no, one.station, one.address, one.nas, one.place, *held


def moment(at: datetime | None) -> str:
    return f"{campus_time(at):%Y-%m-%d %H:%M:%S}" if at else ""
