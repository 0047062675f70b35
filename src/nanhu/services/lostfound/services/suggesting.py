"""What may fit is told to both when it comes on the board; nobody joins the two but people."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import Text
from nanhu.services.lostfound import queries, rules
from nanhu.services.lostfound.models import Item
from nanhu.services.lostfound.services.trail import notify


def suggest(item: Item) -> None:
    """Once an item, in the transaction that shows it; a person once, however many of his fit."""
    likely = [one for one in queries.matches_of([item])[item.pk] if queries.score_of(item, one) >= rules.LIKELY_SCORE]
    by_author = {one.author_id: one for one in [*likely, item]} if likely else {}
    for one in by_author.values():
        notify(one.author, words_for(one), item=one.title)


def words_for(item: Item) -> Text:
    if item.kind == Item.Kind.LOST:
        return _("您丢失的“%(item)s”，有人捡到一件很像的，请到“失物招领·我的”里看。")
    return _("您捡到的“%(item)s”，可能有人在找，请到“失物招领·我的”里看。")
