"""The picture of a challenge."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from nanhu.platforms.identity.policies import open_page
from nanhu.platforms.identity.recovery import challenges
from nanhu.platforms.identity.recovery.pictures import picture_of


@open_page
@require_safe
def challenge_picture(_request: HttpRequest, public_id: UUID) -> HttpResponse:
    letters = challenges.letters_for(public_id)
    if letters is None:
        raise Http404
    return HttpResponse(picture_of(letters), content_type="image/png")
