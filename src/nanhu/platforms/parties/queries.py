"""Reads: what was answered, what a batch's lines came to, how the lines to the parties are."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.db.models import BooleanField, Count, ExpressionWrapper, Max, Min, Q, QuerySet

from nanhu.kernel import strict_json
from nanhu.kernel.outgoing_words import in_words
from nanhu.kernel.registry import Text
from nanhu.platforms.parties.lines import PartiesFileError, lines
from nanhu.platforms.parties.models import Batch, BatchLine, Inquiry, QuotaLine
from nanhu.platforms.parties.parties import PARTIES, Party


def answer_of(inquiry: Inquiry) -> dict[str, Any]:
    """Empty while there is none."""
    return dict(strict_json.decode(inquiry.answer)) if inquiry.answer else {}


def lines_of_batch(party: str, key: str) -> QuerySet[BatchLine]:
    """Of the newest under this key: one that was withdrawn may be made anew."""
    newest = Batch.objects.filter(party=party, key=key).order_by("-pk").values("pk")[:1]
    return BatchLine.objects.filter(batch=newest).order_by("pk")


def newest_quotas() -> QuerySet[QuotaLine]:
    """The version of each that holds: what the treasury said itself, else what the last list said. Also of those that were withdrawn."""
    is_read = ExpressionWrapper(Q(quota_list=None), output_field=BooleanField())
    rows = QuotaLine.objects.annotate(is_read=is_read)
    return rows.order_by("number", "-is_read", "-version").distinct("number")


def quotas_in_force() -> QuerySet[QuotaLine]:
    return QuotaLine.objects.filter(pk__in=newest_quotas().values("pk"), is_withdrawn=False)


def quotas_of(year: int) -> list[QuotaLine]:
    """Those of a year that hold, by their numbers."""
    return list(quotas_in_force().filter(year=year).order_by("number"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a party is: where it is reached, when it last answered, what waits for it and since when, what went wrong last."""

    key: str
    name: Text
    host: str
    answered_at: datetime | None
    waiting: int
    since: datetime | None
    error: str


def standings() -> list[Standing]:
    try:
        known, problem = lines(), ""
    except PartiesFileError as error:
        known, problem = {}, str(error)
    asked = figures(Inquiry.objects.all(), heard="ended_at", is_heard=Q(state="answered"))
    filed = figures(Batch.objects.all(), heard="heard_at", is_heard=Q(heard_at__isnull=False))
    errors = dict(waiting_errors())
    return [
        standing(
            one,
            urlsplit(known[one.key].address).netloc if one.key in known else "",
            asked | filed,
            problem or in_words(errors.get(one.key, "")),
        )
        for one in PARTIES.values()
    ]


def figures(rows: QuerySet[Any], *, heard: str, is_heard: Q) -> dict[str, dict[str, Any]]:
    waits = Q(state__in=["waiting", "made", "sent"])
    found = (
        rows.order_by()
        .values("party")
        .annotate(
            answered_at=Max(heard, filter=is_heard),
            waiting=Count("pk", filter=waits),
            since=Min("created_at", filter=waits),
        )
    )
    return {one["party"]: one for one in found}


def waiting_errors() -> Iterable[tuple[str, str]]:
    """The newest of each party that waits."""
    for model in (Inquiry, Batch):
        waiting = model._default_manager.filter(due_at__isnull=False).exclude(error="")  # noqa: SLF001  whichever of the two
        yield from waiting.order_by("party", "-pk").distinct("party").values_list("party", "error")


def standing(party: Party, host: str, found: dict[str, dict[str, Any]], error: str) -> Standing:
    said = found.get(party.key, {})
    return Standing(
        key=party.key,
        name=party.name,
        host=host,
        answered_at=said.get("answered_at"),
        waiting=said.get("waiting", 0),
        since=said.get("since"),
        error=error,
    )
