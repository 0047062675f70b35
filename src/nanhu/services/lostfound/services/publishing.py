"""Publishing (发布), and mending what was rejected."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from nanhu.kernel import folding
from nanhu.kernel.actors import Actor, account_of
from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.crypto import mask_phone
from nanhu.kernel.registry import FoundCardReport, found_cards
from nanhu.platforms.campus.api import Place
from nanhu.platforms.flows import api as flows
from nanhu.platforms.identity import api as identity
from nanhu.services.lostfound import policies, rules
from nanhu.services.lostfound.errors import CardPhotoError
from nanhu.services.lostfound.models import Item
from nanhu.services.lostfound.photos import keep_photos
from nanhu.services.lostfound.school_file import school_file
from nanhu.services.lostfound.services.suggesting import suggest
from nanhu.services.lostfound.services.trail import day_ago, locked, note, notify, refuse_beyond

State, Kind, Category = Item.State, Item.Kind, Item.Category


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """What an author says. `card_number` is read off a campus card that he found: it is handed on and kept nowhere."""

    category: str
    words: str
    happened_at: datetime
    place: Place | None = None
    place_words: str = ""
    keeper: str = Item.Keeper.SELF
    amount_fen: int | None = None
    phone: str = field(default="", repr=False)
    mark: str = field(default="", repr=False)
    card_number: str = field(default="", repr=False)
    photos: list[bytes] = field(default_factory=list, repr=False)
    drops_photos: bool = False


@transaction.atomic
def publish(*, by: Actor, kind: str, post: Post) -> Item:
    """Into the review; where the school lets it, at once on the board for an author of five good posts; large sums of cash to the
    security office alone, which is told."""
    author_id = account_of(by)
    lately = Item.objects.filter(author_id=author_id, created_at__gt=day_ago())
    refuse_beyond(author_id, lately, rules.MOST_POSTS_A_DAY, _("发布"))
    item = Item(kind=kind, author_id=author_id, author_name=by.name)
    fill(item, post)
    queue(item)
    item.save()
    keep_photos(by=by, item=item, pictures=post.photos)
    note(by, "lostfound.publish", item, kind=item.kind, category=item.category, state=item.state)
    if item.state == State.OPEN:
        suggest(item)
    if item.state == State.GUARDED:
        for keeper in identity.holders_of(policies.KEEPER):
            notify(keeper, _lazy("失物招领：有人发布了大额现金，请到“失物保管”里看。"))
    if post.card_number:
        report_card(by, item, post.card_number)
    return item


@transaction.atomic
def mend(*, by: Actor, item: Item, post: Post) -> Item:
    """What was rejected, said anew: into the review again. New photos take the place of the old ones; a found card keeps none."""
    found = locked(item, [State.REJECTED])
    fill(found, post)
    queue(found)
    found.save()
    if post.photos or post.drops_photos or is_found_card(found):
        found.photos.all().delete()
        keep_photos(by=by, item=found, pictures=post.photos)
    note(by, "lostfound.mend", found)
    if post.card_number:
        report_card(by, found, post.card_number)
    return found


def fill(item: Item, post: Post) -> None:
    item.category, item.words, item.amount_fen = post.category, post.words, post.amount_fen
    item.place, item.place_words, item.happened_at = post.place, post.place_words, post.happened_at
    if item.handed_in_at is None:
        item.keeper = post.keeper if item.kind == Kind.FOUND else Item.Keeper.SELF
    item.phone, item.phone_masked = post.phone or None, mask_phone(post.phone) if post.phone else ""
    item.mark = post.mark or item.mark
    item.expires_on = campus_today() + rules.SHOWN_FOR
    with translation.override(settings.LANGUAGE_CODE):
        more = f"{item.where} {item.get_category_display()} {item.get_kind_display()}"
    item.searched = folding.searched(item.words, more)
    if post.photos and is_found_card(item):
        raise CardPhotoError


def is_found_card(item: Item) -> bool:
    return item.kind == Kind.FOUND and item.category == Category.CARD


def queue(item: Item) -> None:
    """Where it goes now; the caller saves."""
    item.ended_at, item.alarmed_at, item.review_due_at = None, None, None
    if (item.amount_fen or 0) > rules.LARGEST_CASH_FEN:
        item.state = State.GUARDED
    else:
        item.review_due_at = flows.due_after(now(), rules.REVIEW_MINUTES)
        is_shown = school_file().shows_unreviewed and is_trusted(item.author_id)
        item.state, item.shows_photos = State.OPEN if is_shown else State.PENDING, not is_shown


def is_trusted(author_id: int) -> bool:
    """Five of his posts stand approved, and none was rejected and not approved since, whatever he did with it."""
    mine = Item.objects.filter(author_id=author_id)
    approved = mine.filter(approved_at__isnull=False).count()
    return approved >= rules.TRUSTED_AFTER and not mine.exclude(answer="").exists()


def report_card(by: Actor, item: Item, number: str) -> None:
    """Its owner is told by the room whose card it is, with an address at which he alone writes to the finder; nothing comes back."""
    waits, url = _("失物招领处"), ""
    if item.keeper == Item.Keeper.SELF:
        item.owner_key = uuid4()
        item.save(update_fields=["owner_key"])
        waits = _("捡到的人那里，请在“校园卡”里给他留言，约时间地点")
        url = reverse("lostfound:board:owner", args=[item.owner_key])
    for handler in found_cards:
        handler.report(by, FoundCardReport(kept_at=waits, url=url, number=number))
