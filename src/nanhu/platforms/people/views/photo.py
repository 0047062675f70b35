"""A person's portrait: for the person, and for the offices that need it. Everyone else gets 404."""

from typing import Final
from uuid import UUID

from django.http import FileResponse, Http404, HttpRequest
from django.views.decorators.http import require_safe

from nanhu.kernel.registry import Viewer
from nanhu.kernel.viewers import viewer_or_none
from nanhu.platforms.people.models import Person
from nanhu.platforms.people.services.photos import photos_dir

ROLES: Final = frozenset({"campus.admin", "card.clerk", "card.guard", "datahub.steward", "identity.admin"})
"""Who may look at other people's portraits."""


@require_safe
def photo(request: HttpRequest, public_id: UUID) -> FileResponse:
    viewer = viewer_or_none(request)
    person = Person.objects.filter(public_id=public_id).first()
    if viewer is None or person is None or not may_see(viewer, person):
        raise Http404
    return picture(person.photo_path)


@require_safe
def portrait(request: HttpRequest, public_id: UUID) -> FileResponse:
    """What its person has set himself."""
    viewer = viewer_or_none(request)
    person = Person.objects.filter(public_id=public_id).first()
    if viewer is None or person is None or viewer.person_id != person.id:
        raise Http404
    return picture(person.portrait_path)


def picture(kept_at: str) -> FileResponse:
    path = photos_dir() / kept_at
    if not kept_at or not path.is_file():
        raise Http404
    response = FileResponse(path.open("rb"), content_type="image/jpeg")
    response["Cache-Control"] = "private, max-age=86400"
    return response


def may_see(viewer: Viewer, person: Person) -> bool:
    return viewer.person_id in {person.id, person.merged_into_id or person.id} or bool(viewer.roles & ROLES)
