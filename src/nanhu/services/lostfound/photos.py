"""Photos of items: made small enough for a phone and handed out to whoever may see the item; kept by his own browser for ten minutes."""

from itertools import batched
from uuid import UUID

from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from nanhu.kernel.actors import Actor
from nanhu.kernel.errors import NotFoundError
from nanhu.kernel.files import services as files
from nanhu.kernel.files.models import StoredFile
from nanhu.kernel.files.pictures import reduced
from nanhu.kernel.files.purposes import Purpose, Retention, purposes
from nanhu.kernel.registry import Viewer
from nanhu.kernel.viewers import viewer_of
from nanhu.services.lostfound import policies
from nanhu.services.lostfound.models import Item, Photo

LARGE, SMALL = 1280, 400
"""The longer side, in pixels."""


def needed() -> Exists:
    """As long as the item shows them: years on the shelf, or until its author takes them away."""
    return Exists(Photo.objects.filter(Q(large=OuterRef("pk")) | Q(small=OuterRef("pk"))))


PHOTOS = Purpose(
    key="lostfound.photo",
    name=_("失物照片"),
    kinds=frozenset({"jpeg"}),
    retention=Retention(name=_("随失物"), days=0),
    may_open=lambda _viewer, _file: False,
    needed=needed,
)
"""Nobody opens them by the files' own address: here the item decides. Their content goes with the row that names it."""
purposes.add(PHOTOS)


def keep_photos(*, by: Actor, item: Item, pictures: list[bytes]) -> None:
    """Pictures that were made anew already (`PicturesField`)."""
    target = f"lostfound-item:{item.public_id}"
    named = [(f"{side}.jpg", reduced(content, longest=side)) for content in pictures for side in (LARGE, SMALL)]
    kept = files.keep_all(by=by, purpose=PHOTOS, named=named, target=target, is_ours=True)
    for large, small in batched(kept, 2):
        Photo.objects.create(item=item, large=large, small=small)


def may_see(viewer: Viewer, item: Item) -> bool:
    if item.author_id == viewer.account_id or viewer.roles & {policies.REVIEWER, policies.CHIEF}:
        return True
    if policies.KEEPER in viewer.roles and policies.kept_at_desk().filter(pk=item.pk).exists():
        return True
    return item.shows_photos and policies.is_on_board(item)


@require_safe
def photo(request: HttpRequest, public_id: UUID, *, is_small: bool = False) -> HttpResponse:
    found = Photo.objects.filter(public_id=public_id).select_related("item", "large", "small").first()
    viewer = viewer_of(request)
    if found is None or not may_see(viewer, found.item):
        raise NotFoundError(what=_("这张照片"))
    return picture_response(found.small if is_small else found.large)


def picture_response(file: StoredFile) -> HttpResponse:
    headers = {
        "Cache-Control": "private, max-age=600",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    return HttpResponse(files.content_of(file), content_type="image/jpeg", headers=headers)
