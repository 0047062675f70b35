"""What only the sample campus needs: what people do here, through the same services, and a way to let it have happened days ago."""

from datetime import timedelta

from nanhu.services.lostfound.models import Item
from nanhu.services.lostfound.services.aging import expire
from nanhu.services.lostfound.services.claiming import claim, decide
from nanhu.services.lostfound.services.keeping import hand_in, hand_over, receive_card
from nanhu.services.lostfound.services.looking import show_phone
from nanhu.services.lostfound.services.publishing import Post, publish
from nanhu.services.lostfound.services.relaying import begin, send
from nanhu.services.lostfound.services.reviewing import approve, reject, report
from nanhu.services.lostfound.services.settling import settle

__all__ = [
    "Item",
    "Post",
    "age",
    "approve",
    "begin",
    "claim",
    "decide",
    "expire",
    "hand_in",
    "hand_over",
    "is_empty",
    "publish",
    "receive_card",
    "reject",
    "report",
    "send",
    "settle",
    "show_phone",
]


def is_empty() -> bool:
    return not Item.objects.exists()


def age(item: Item, *, days: int) -> None:
    """As if it had been published so many days before."""
    found, ago = Item.objects.get(pk=item.pk), timedelta(days=days)
    found.created_at -= ago
    found.expires_on -= ago
    for name in ("approved_at", "reviewed_at", "review_due_at"):
        if getattr(found, name) is not None:
            setattr(found, name, getattr(found, name) - ago)
    found.save()
