"""A person's portrait: for the person, and for the offices that need it. Everyone else gets 404."""

from typing import Final
from uuid import UUID

from django.http import FileResponse, Http404, HttpRequest
from django.views.decorators.http import require_safe

from nanhu.kernel.registry import Viewer
from nanhu.platforms.people.models import Person
from nanhu.platforms.people.services.photos import photos_dir

ROLES: Final = frozenset({"campus.admin", "card.clerk", "card.guard", "datahub.steward", "identity.admin"})
"""Who may look at other people's portraits."""


@require_safe
def photo(request: HttpRequest, public_id: UUID) -> FileResponse:
    viewer: Viewer | None = getattr(request, "viewer", None)
    person = Person.objects.filter(public_id=public_id).first()
    if viewer is None or person is None or not may_see(viewer, person):
        raise Http404
    path = photos_dir() / person.photo_path
    if not person.photo_path or not path.is_file():
        raise Http404
    response = FileResponse(path.open("rb"), content_type="image/jpeg")
    response["Cache-Control"] = "private, max-age=86400"
    return response


def may_see(viewer: Viewer, person: Person) -> bool:
    return viewer.person_id in {person.id, person.merged_into_id or person.id} or bool(viewer.roles & ROLES)
