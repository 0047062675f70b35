"""A paper that is entered (应急补录) as pages show it: live from its entry to who checks it, and its photos afterwards."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from django.db.models import Exists, OuterRef, Q, TextField, Value
from django.db.models.functions import Cast, Concat
from django.urls import reverse
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.actors import Actor
from nanhu.kernel.files import services as files
from nanhu.kernel.files.models import StoredFile
from nanhu.kernel.files.purposes import Purpose, Retention, purposes
from nanhu.kernel.registry import Viewer
from nanhu.kernel.ui import dates
from nanhu.kernel.ui.words import term
from nanhu.platforms.flows import presented
from nanhu.platforms.flows.body import SEALED, Field
from nanhu.platforms.flows.lists import KINDS, LARGEST, Upload
from nanhu.platforms.flows.models import Case, PaperEntry, Task
from nanhu.platforms.flows.policies import led_units, owners_of_paper, waiting_for
from nanhu.platforms.people import api as people

TARGET: Final = "paper:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """Of the paper, beside what its case says. `hides`: some of it is seen after a noted look alone."""

    facts: list[tuple[str, str]] = field(default_factory=list)
    rows: list[presented.Rows] = field(default_factory=list)
    files: list[tuple[str, list[tuple[str, str]]]] = field(default_factory=list)
    hides: bool = False


def shown_in(case: Case, person_id: int) -> Shown:
    """To who may see the case: all of the paper while it is checked, its photos afterwards; never to whose paper it is."""
    if case.is_on_paper:
        entry = PaperEntry.objects.filter(made=case).select_related("definition", "version").first()
        return Shown(files=photos_of(entry)) if entry and may_see_photos(entry, person_id) else Shown()
    entry = checked_in(case)
    if entry is None or person_id in owners_of_paper(case):
        return Shown()
    said = Case(data=entry.data)
    open_fields = [one for one in entry.version.body.form if not is_hidden(one)]
    hidden = [(str(term(one.label)), presented.HIDDEN) for one in hidden_in(entry)]
    return Shown(
        facts=[*facts_of(entry), *presented.facts_of(said, open_fields), *hidden],
        rows=presented.rows_of(said, open_fields),
        files=photos_of(entry),
        hides=bool(hidden),
    )


def checked_in(case: Case) -> PaperEntry | None:
    """What this case checks, as long as it does."""
    if case.subject_key != PaperEntry.CHECK or case.state == Case.State.CLOSED:
        return None
    waiting = PaperEntry.objects.filter(public_id=case.subject_id, made=None, ended_at=None)
    return waiting.select_related("definition", "version").first()


def check_of(entry: PaperEntry) -> Case:
    return Case.objects.get(subject_key=PaperEntry.CHECK, subject_id=str(entry.public_id))


def is_hidden(one: Field) -> bool:
    return bool(one.seen_at) or one.kind in SEALED


def hidden_in(entry: PaperEntry) -> list[Field]:
    """What was said that some steps alone see, or that is sealed."""
    said = all_said(entry)
    return [one for one in entry.version.body.form if is_hidden(one) and said.get(one.key) not in (None, "", [])]


def all_said(entry: PaperEntry) -> dict[str, Any]:
    return {**entry.data, **opened(entry.sealed)}


def opened(sealed: str | None) -> dict[str, Any]:
    return dict(json.loads(sealed)) if sealed else {}


def revealed(entry: PaperEntry) -> tuple[list[tuple[str, str]], list[presented.Rows]]:
    """What it hides, in the open: whoever calls it has noted the look."""
    said, hidden = Case(data=all_said(entry)), hidden_in(entry)
    return presented.facts_of(said, hidden), presented.rows_of(said, hidden)


def facts_of(entry: PaperEntry) -> list[tuple[str, str]]:
    return [
        (say("申请人"), name_of(entry.applicant_id)),
        (say("纸上的决定"), decision_words(entry)),
        (say("纸质单编号"), entry.paper),
        (say("为什么在纸上办"), entry.reason),
    ]


def name_of(person_id: int | None) -> str:
    card = people.person_card(person_id) if person_id else None
    return f"{card.name} {card.campus_no}".strip() if card else ""


def decision_words(entry: PaperEntry) -> str:
    said = {
        "who": name_of(entry.decider_id),
        "day": dates.short_day(entry.decided_on, None),
        "what": Case.Outcome(entry.outcome).label,
    }
    return say("%(who)s %(day)s 决定：%(what)s") % said


def photos_of(entry: PaperEntry) -> list[tuple[str, list[tuple[str, str]]]]:
    kept = [(one["name"], reverse("files:download", args=[one["file"]])) for one in entry.photos]
    return [(say("纸质单照片"), kept)] if kept else []


def may_see_photos(entry: PaperEntry, person_id: int) -> bool:
    """All of the form stands on them: who entered or checks it, or did; who leads the unit, where the form hides nothing. Never whose
    paper it is, for what others wrote on it of him."""
    checks = Task.objects.filter(case__subject_key=PaperEntry.CHECK, case__subject_id=str(entry.public_id))
    owner = entry.applicant_id
    if owner is None or person_id in {owner, *people.heirs([owner]).values()}:
        return False
    if person_id == entry.entered_by_id or checks.filter(Q(done_by_id=person_id) | Q(done_for_id=person_id)).exists():
        return True
    hides = any(map(is_hidden, entry.version.body.form))
    leads = not hides and entry.definition.unit_id in led_units(person_id)
    return leads or waiting_for(person_id).filter(pk__in=checks.values("pk")).exists()


def of_a_paper_one_checks(viewer: Viewer, file: StoredFile) -> bool:
    kept = PaperEntry.objects.filter(public_id=file.target.removeprefix(TARGET), ended_at=None)
    entry = kept.select_related("definition", "version").first()
    if entry is None or viewer.person_id is None or str(file.public_id) not in {one["file"] for one in entry.photos}:
        return False
    return may_see_photos(entry, viewer.person_id)


def of_kept_paper() -> Exists:
    """Until it is not agreed to, or its case is forgotten."""
    target = Concat(Value(TARGET), Cast("public_id", TextField()), output_field=TextField())
    kept = PaperEntry.objects.filter(ended_at=None, made__forgotten_at=None)
    return Exists(kept.annotate(target=target).filter(target=OuterRef("target")))


PHOTO: Final = Purpose(
    key="flows.paper",
    name=_("补录的纸质单"),
    kinds=KINDS,
    retention=Retention(name=_("与申请的内容同期"), days=0),
    may_open=of_a_paper_one_checks,
    largest_bytes=LARGEST,
    needed=of_kept_paper,
)
purposes.add(PHOTO)


def keep_photos(*, by: Actor, paper: Any, photos: Iterable[Any]) -> list[dict[str, str]]:
    """`paper`: the public id of its entry. As the entry names them."""
    named = [(one.name, one.content) for one in photos if isinstance(one, Upload)]
    kept = files.keep_all(by=by, purpose=PHOTO, named=named, target=f"{TARGET}{paper}")
    return [{"file": str(one.public_id), "name": one.name} for one in kept]
