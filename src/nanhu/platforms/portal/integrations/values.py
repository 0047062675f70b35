"""Figures of other systems (数据集成): what a viewer's home shows from the cache, and how one is fetched after the page.

No page waits for another system: the home reads the cache with one query for all figures, and the viewer's browser asks for
those that grew old (`/tiles/integration.<key>/`). What is cached is of one person, one campus number and one version.
"""

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from django.contrib.postgres.fields import ArrayField
from django.db import transaction
from django.db.models import BigIntegerField, F, TextField

from nanhu.kernel import strict_json
from nanhu.kernel.clock import now
from nanhu.kernel.database.prepared import AnyOf, Given, Prepared
from nanhu.kernel.outgoing import Document
from nanhu.kernel.registry import BOTH_FACES, Tile, TileContent, Viewer
from nanhu.kernel.ui.words import lazy_term
from nanhu.platforms.portal.errors import CallsBusyError
from nanhu.platforms.portal.integrations import calling, failing, living, rules
from nanhu.platforms.portal.models import Integration, IntegrationValue
from nanhu.platforms.portal.tiles import TileView

PREFIX: Final = "integration."
FUTURE: Final = timedelta(minutes=5)
KEPT: Final = timedelta(days=30)
OK, NOT_FOUND = 200, 404


def tiles_for(viewer: Viewer) -> list[TileView]:
    found = living.of_kind(Integration.Kind.DATA, viewer) if viewer.person_id is not None else []
    cached = cached_of(viewer, found) if found else {}
    views = (view_of(one, cached.get(one.pk)) for one in found)
    return [view for view in views if view is not None]


def cached_of(viewer: Viewer, integrations: Iterable[Integration]) -> dict[int, IntegrationValue]:
    """His own under the number with which he looks, of the version that holds, in one query."""
    versions = {one.pk: one.version for one in integrations}
    rows = CACHED(person=viewer.person_id, campus_no=viewer.campus_no, integrations=list(versions))
    return {row.integration_id: row for row in rows if row.version == versions[row.integration_id]}


CACHED = Prepared(
    lambda: IntegrationValue.objects.filter(
        AnyOf(F("integration_id"), Given("integrations", ArrayField(BigIntegerField()))),
        person_id=Given("person"),
        campus_no=Given("campus_no", TextField()),
        version=F("integration__version"),
    )
)


def offered_tiles(viewer: Viewer) -> list[Tile]:
    """Of all systems whose figures this viewer may have, without the figures."""
    return [tile_of(one) for one in living.of_kind(Integration.Kind.DATA, viewer)]


def tile_of(one: Integration) -> Tile:
    return Tile(
        key=f"{PREFIX}{one.key}",
        title=lazy_term(one.name),
        load=lambda _viewer: None,
        faces=BOTH_FACES,
        order=one.order,
        icon=one.icon,
    )


def view_of(one: Integration, value: IntegrationValue | None) -> TileView | None:
    """From the cache; `is_later` where the browser is to ask for it anew. None: the system has nothing of this person."""
    tile = tile_of(one)
    is_old = value is None or now() > value.fetched_at + timedelta(seconds=one.ttl_seconds)
    is_later = is_old and one.state != Integration.State.RESTING and not failing.is_paused(one)
    if value is None:
        return TileView(tile, is_later=is_later, is_failed=not is_later)
    if not value.content:
        return TileView(tile, is_later=True, is_hidden=True) if is_later else None
    return TileView(tile, content=content_of(one, value.content, value.as_of), is_later=is_later)


def content_of(one: Integration, content: str, as_of: datetime) -> TileContent:
    said: dict[str, Any] = json.loads(content)
    is_stale = failing.is_down(one) or now() > as_of + timedelta(seconds=one.stale_seconds)
    return TileContent(
        value=f"{said['value']} {one.unit_word}".strip(),
        caption=said["caption"],
        lines=tuple(said["lines"]),
        source=lazy_term(one.name),
        as_of=as_of,
        tone="stale" if is_stale or one.state == Integration.State.RESTING else "plain",
    )


def refreshed(viewer: Viewer, key: str) -> TileView | None:
    """One tile after the page: asks the system where that is due. Raises KeyError where this viewer has no such figure."""
    one = next((one for one in living.of_kind(Integration.Kind.DATA, viewer) if one.key == key), None)
    if one is None or viewer.person_id is None:
        raise KeyError(key)
    value = cached_of(viewer, [one]).get(one.pk)
    view = view_of(one, value)
    if view is None or not view.is_later:
        return view
    current = living.current(one)
    if current is None:
        raise KeyError(key)
    try:
        return view_after(current, fetch_kept(current, viewer) or value)
    except CallsBusyError:
        return replace(view, is_busy=True)


def view_after(one: Integration, value: IntegrationValue | None) -> TileView | None:
    """As it is now; whatever the attempt brought, the browser does not ask again by itself."""
    view = view_of(one, value)
    if view is None or view.is_hidden:
        return None
    return TileView(view.tile, content=view.content, is_failed=view.content is None)


def fetch_kept(one: Integration, viewer: Viewer) -> IntegrationValue | None:
    """Asks for this viewer's figure and keeps it. Raises CallsBusyError where others wait for other systems."""
    try:
        with calling.lane(one.key):
            said = meant(one, calling.fetch(calling.call_for(one, viewer.campus_no)))
    except (OSError, ValueError) as error:
        failing.note_failure(one, error)
        return None
    value = keep(one, viewer, said)
    if value is not None and value.is_doubted:
        failing.note_failure(one, rules.BadAnswerError("nothing of somebody of whom it had something"))
    elif said:
        failing.note_success(one)
    return value


def meant(one: Integration, document: Document) -> dict[str, Any]:
    """What an answer says; {} where the system knows nothing of this person (404, or no value)."""
    if document.status == NOT_FOUND and one.sends_person:
        return {}
    if document.status != OK:
        raise rules.BadAnswerError(f"status {document.status}")
    pointers = {"value": one.value_at, "caption": one.caption_at, "time": one.time_at, "lines": one.lines_at}
    return rules.read_answer(strict_json.decode(document.body), pointers)


def written(said: dict[str, Any]) -> str:
    return json.dumps(said, ensure_ascii=False)


def moment_in(said: dict[str, Any]) -> datetime:
    """The system's own time where it gives one that can be."""
    moment, given = now(), said.get("time", "")
    own = datetime.fromisoformat(given) if given else moment
    return own if own < moment + FUTURE else moment


@transaction.atomic
def keep(one: Integration, viewer: Viewer, said: dict[str, Any]) -> IntegrationValue | None:
    """The rows of older versions go with it. None where it was changed or retired meanwhile. An answer that takes away what was
    known is doubted, once, and while the system is down: an address that moved knows nothing of anybody."""
    if not living.is_current(one):
        return None
    whose: Any = {"integration_id": one.pk, "person_id": viewer.person_id, "campus_no": viewer.campus_no}
    rows = IntegrationValue.objects.filter(**whose)
    rows.filter(version__lt=one.version).delete()
    known = rows.filter(version=one.version).first()
    if known is not None and known.content and not said and (not known.is_doubted or failing.is_down(one)):
        known.is_doubted = True
        known.save(update_fields=["is_doubted"])
        return known
    found, _is_new = IntegrationValue.objects.update_or_create(
        **whose,
        version=one.version,
        defaults={
            "content": written(said) if said else "",
            "is_doubted": False,
            "as_of": moment_in(said),
            "fetched_at": now(),
        },
    )
    return found


def forget_old() -> int:
    count, _by_model = IntegrationValue.objects.filter(fetched_at__lt=now() - KEPT).delete()
    return count
