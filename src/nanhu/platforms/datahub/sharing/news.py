"""News (数据变化通知): a vendor's webhook hears that a product has something new for its grant, and nothing of anybody."""

from typing import Final

from django.db.models import Max

from nanhu.platforms.datahub.models import Grant, SharedRow
from nanhu.platforms.datahub.shared.declarations import SharedTable
from nanhu.platforms.datahub.sharing.offers import Offer, offered
from nanhu.platforms.datahub.sharing.pages import Cursor, Query, fetched
from nanhu.platforms.openapi import api as openapi

KIND: Final = "hub.news"


def tell_news() -> int:
    """Of each grant once for what came since, and again only when more came; how many were told."""
    waiting = Grant.in_effect().filter(wants_news=True, read_to__isnull=False).select_related("vendor")
    tables = {one.table_key for one in waiting}
    rows = SharedRow.objects.filter(valid_to=None, table_key__in=tables).order_by().values("table_key")
    newest = {one["table_key"]: one["last"] for one in rows.annotate(last=Max("id"))}
    return sum(tell(grant, table, offer, newest.get(table.key, 0)) for grant, table, offer in offered(waiting))


def tell(grant: Grant, table: SharedTable, offer: Offer, newest: int) -> bool:
    read_to = grant.read_to or 0
    if newest <= max(read_to, grant.told_to) or is_waiting(grant):
        return False
    asked = Query(grant=grant, table=table, offer=offer, cursor=Cursor(read_to, read_to), newest=newest, most=1)
    is_news = bool(fetched(asked, 1))
    if is_news:
        facts = {"object": "news", "product": table.key, "as_far_as": str(newest)}
        openapi.publish(
            vendor=grant.vendor, mode=openapi.Mode.LIVE, kind=KIND, key=f"{key_of(grant)}{newest}", facts=facts
        )
    Grant.objects.filter(pk=grant.pk).update(told_to=newest)
    return is_news


def is_waiting(grant: Grant) -> bool:
    """What was told last is under way, or kept for who takes nothing: whoever hears it reads to the end, and so of this as well."""
    if openapi.paused_since(grant.vendor, openapi.Mode.LIVE) is not None:
        return grant.told_to > (grant.read_to or 0)
    told = openapi.deliveries_of(grant.vendor, key_of(grant)).first()
    return told is not None and told.state == openapi.Delivery.State.WAITING


def key_of(grant: Grant) -> str:
    """What the keys of its events begin with."""
    return f"{KIND}:{grant.pk}:"
