"""Who may design which process: the keeper of processes all, who leads a unit those that it owns; and what of them there is to read."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Count, IntegerField, Max, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from nanhu.kernel.errors import NotFoundError
from nanhu.kernel.registry import Application, Text, Viewer
from nanhu.platforms.flows.body import Field, Step
from nanhu.platforms.flows.models import Case, Definition
from nanhu.platforms.flows.policies import led_units
from nanhu.platforms.flows.queries import leads_a_unit
from nanhu.platforms.flows.sources import KEEPER
from nanhu.platforms.flows.workshop import services, sketch
from nanhu.platforms.flows.workshop.faults import by_place
from nanhu.platforms.flows.workshop.models import ProcessDraft, Publication
from nanhu.platforms.flows.workshop.sketch import Sketch


def is_keeper(viewer: Viewer) -> bool:
    return KEEPER in viewer.roles


def may_design(viewer: Viewer) -> bool:
    return is_keeper(viewer) or leads_a_unit(viewer)


def units_of(viewer: Viewer) -> list[int]:
    """That this reader leads."""
    return led_units(viewer.person_id) if viewer.person_id is not None and leads_a_unit(viewer) else []


def may_own(viewer: Viewer, unit_id: int) -> bool:
    return is_keeper(viewer) or unit_id in units_of(viewer)


def processes_for(viewer: Viewer) -> QuerySet[Definition]:
    rows = Definition.objects.select_related("unit", "process_draft").order_by("name", "pk")
    return rows if is_keeper(viewer) else rows.filter(unit_id__in=units_of(viewer))


def listed(viewer: Viewer) -> QuerySet[Any]:
    """With what the list says of each."""
    open_cases = Case.objects.filter(definition=OuterRef("pk")).exclude(state=Case.State.CLOSED).order_by()
    counted = open_cases.values("definition").annotate(count=Count("pk")).values("count")
    waiting = Publication.objects.filter(definition=OuterRef("pk"), state=Publication.State.ASKED).values("author_name")
    newest = Definition.objects.filter(pk=OuterRef("pk")).order_by("-versions__number")
    return processes_for(viewer).annotate(
        version=Max("versions__number"),
        published_by=Subquery(newest.values("versions__published_by_name")[:1]),
        running=Coalesce(Subquery(counted, output_field=IntegerField()), 0),
        asked_by=Subquery(waiting[:1]),
    )


def state_of(row: Any) -> str:
    if row.asked_by is not None:
        return "waits"
    if hasattr(row, "process_draft"):
        return "draft" if row.version else "new"
    return "on" if row.is_offered else "closed"


def changed_by(row: Any) -> str:
    return row.process_draft.changed_by_name if hasattr(row, "process_draft") else row.published_by or ""


@dataclass(frozen=True)
class Work:
    """A process on the bench: its draft as it stands, else as it is published. `field`, `step`: which of it the address names."""

    definition: Definition
    draft: ProcessDraft | None
    sketch: Sketch
    field: Field | None = None
    step: Step | None = None
    place: int | None = None

    @property
    def key(self) -> str:
        return self.definition.key

    @property
    def revision(self) -> int:
        return self.draft.revision if self.draft else self.definition.edits

    @property
    def is_ours(self) -> bool:
        """Made here; one that a room declares is read, and copied."""
        return self.definition.origin == Definition.Origin.BROWSER

    @cached_property
    def faults(self) -> dict[str, list[Text]]:
        return by_place(self.sketch) if self.is_ours else {}

    @property
    def may_be_published(self) -> bool:
        return self.waiting is None and (self.draft is not None or not self.definition.is_offered)

    @cached_property
    def waiting(self) -> Publication | None:
        return self.definition.publications.filter(state=Publication.State.ASKED).first()


def work_on(viewer: Viewer, key: str) -> Work:
    """Another unit's process is not there."""
    found = processes_for(viewer).filter(key=key).first()
    if found is None:
        raise NotFoundError(what=_("这个流程"))
    draft = getattr(found, "process_draft", None)
    return Work(found, draft, sketch.decoded(draft.content) if draft else services.sketch_of(found))


def own_work(viewer: Viewer, key: str) -> Work:
    """To be changed: one that was made here."""
    found = work_on(viewer, key)
    if not found.is_ours:
        raise NotFoundError(what=_("这个流程"))
    return found


def menu(viewer: Viewer) -> list[Application]:
    """An entry for who leads a unit; keepers have the console's."""
    if is_keeper(viewer) or not leads_a_unit(viewer):
        return []
    return [
        Application(
            key="flows.own_processes",
            name=_("本单位的流程"),
            icon="workflow",
            url="/flows/workshop/",
            section="work",
            owner=_("信息中心"),
            order=46,
        )
    ]
