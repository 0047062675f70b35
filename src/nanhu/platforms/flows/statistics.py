"""What a leader is told of the processes of his units: how many came and how they ended, how long they took, and where they wait now."""

from typing import Any

from django.db.models import Count, Min, Q
from django.utils.translation import gettext as _

from nanhu.kernel.clock import now
from nanhu.kernel.registry import Viewer
from nanhu.kernel.ui.words import term
from nanhu.platforms.flows.models import Case, Definition, Task, Version
from nanhu.platforms.flows.policies import LIVING
from nanhu.platforms.flows.queries import units_led

PLOTTED = 12


def waiting_steps(viewer: Viewer) -> list[dict[str, Any]]:
    """The steps at which cases wait now, those with most first; the same step of two versions is one."""
    rows = Task.objects.filter(state__in=LIVING, case__definition__unit_id__in=units_led(viewer))
    counts = (
        rows.values_list("case__version", "step").annotate(Count("case", distinct=True), Min("opened_at")).order_by()
    )
    found = list(counts)
    versions = Version.objects.select_related("definition").in_bulk({version for version, *_rest in found})
    steps: dict[tuple[str, str], dict[str, Any]] = {}
    for version, step, count, oldest in found:
        body, definition = versions[version].body, versions[version].definition
        name = next((one.name for one in body.steps if one.key == step), step)
        new = {
            "process": definition.key,
            "name": term(definition.name),
            "step": term(name),
            "count": 0,
            "oldest": oldest,
        }
        line = steps.setdefault((definition.key, step), new)
        line["count"] += count
        line["oldest"] = min(line["oldest"], oldest)
    return sorted(steps.values(), key=lambda line: (-line["count"], line["oldest"]))


def bars_of(steps: list[dict[str, Any]]) -> list[tuple[str, float]]:
    """With how many days the oldest waits."""
    moment, words = now(), _("%(name)s · %(step)s（最早 %(days)s 天）")
    return [(words % {**one, "days": (moment - one["oldest"]).days}, one["count"]) for one in steps[:PLOTTED]]


def statistics_of(viewer: Viewer) -> dict[str, Any]:
    """As programs read it; nobody's name is in it."""
    outcomes = {one: Count("pk", filter=Q(outcome=one)) for one in Case.Outcome.values}
    rows = (
        Case.objects.filter(definition__unit_id__in=units_led(viewer))
        .values("definition")
        .annotate(opened=Count("pk"), open_now=Count("pk", filter=~Q(state=Case.State.CLOSED)), **outcomes)
    )
    counts: dict[int, dict[str, Any]] = {row["definition"]: {**row} for row in rows}
    steps = waiting_steps(viewer)
    return {
        "format": "nanhu-flows-statistics-1",
        "at": now().isoformat(timespec="seconds"),
        "processes": [
            {
                "key": one.key,
                "name": one.name,
                "promised_minutes": one.promise,
                "half_took_minutes": one.usual_minutes,
                "nine_of_ten_took_minutes": one.longer_minutes,
                **{name: count for name, count in counts[one.pk].items() if name != "definition"},
                "waiting": [
                    {
                        "step": line["step"],
                        "count": line["count"],
                        "oldest": line["oldest"].isoformat(timespec="seconds"),
                    }
                    for line in steps
                    if line["process"] == one.key
                ],
            }
            for one in Definition.objects.filter(pk__in=counts).order_by("key")
        ],
    }
