"""What a grant says, in words: its fields, its rows, and what it adds to what its vendor may read already."""

from collections.abc import Callable, Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from nanhu.kernel.database.values import one_value
from nanhu.kernel.ui import dates, words
from nanhu.platforms.datahub.models import Grant
from nanhu.platforms.datahub.shared.declarations import SharedTable, shared_tables
from nanhu.platforms.datahub.sharing.offers import offer_of
from nanhu.platforms.datahub.sharing.pages import condition

OVER = "over"
STANDINGS = [*Grant.State.choices, (OVER, _lazy("授权已到期"))]


def standing_of(grant: Grant) -> str:
    return OVER if grant.is_over else grant.state


def field_label_in(table_key: str) -> Callable[[str], str]:
    table = shared_tables().get(table_key)
    known = table.by_name if table else {}
    return lambda name: words.term(known[name].label) if name in known else name


def table_name(table_key: str) -> str:
    table = shared_tables().get(table_key)
    return words.term(table.name) if table else table_key


def labelled(grant: Grant, name: str) -> str:
    """A field with how it is given."""
    table = shared_tables().get(grant.table_key)
    mark = _("（掩码）") if name in grant.masked else _("（敏感）") if table and name in table.sensitive else ""
    return f"{field_label_in(grant.table_key)(name)}{mark}"


def labels_of(grant: Grant) -> str:
    return "、".join(labelled(grant, name) for name in grant.fields)


def rows_of(grant: Grant) -> str:
    """In the order of the table's fields: the database keeps none of them, and what is asked for is compared with what is given."""
    named, table = field_label_in(grant.table_key), shared_tables().get(grant.table_key)
    if table is not None and offer_of(grant, table) is None:
        return _("挑选行的项已不在表里或成了敏感项：什么也不给")
    said = (
        f"{named(name)} = {'、'.join(value_words(table, name, one) for one in values)}"
        for name, values in in_order(grant, table)
    )
    return "；".join(said) or _("全部")


def in_order(grant: Grant, table: SharedTable | None) -> list[tuple[str, list[object]]]:
    places = {name: place for place, name in enumerate(table.by_name if table else ())}
    return sorted(grant.only.items(), key=lambda one: (places.get(one[0], len(places)), one[0]))


def value_words(table: SharedTable | None, name: str, value: object) -> str:
    """A code with its name, for two codes may be called alike."""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    called = table.by_name[name].values.get(str(value), "") if table and name in table.by_name else ""
    return f"{value}（{words.term(called)}）" if called else str(value)


def ways_of(grant: Grant) -> str:
    """Beside today's rows over the API."""
    past = _("%s 起的旧状态") % dates.short_day(grant.past_from, None) if grant.past_from else ""
    news, view = _("变化通知") if grant.wants_news else "", _("数据库视图") if grant.has_view else ""
    return "、".join(filter(None, (past, news, view))) or "—"


def standing_before(grant: Grant) -> Grant | None:
    """What its vendor has of this table, which ends with it."""
    held = Grant.objects.filter(vendor=grant.vendor_id, table_key=grant.table_key, state=Grant.State.AGREED)
    return held.exclude(pk=grant.pk).first()


def had_words(before: Grant | None) -> str:
    if before is None:
        return _("没有")
    until = _("到 %s") % dates.short_day(before.expires_on, None)
    return "；".join([until, labels_of(before), _("行：%s") % rows_of(before), before.purpose, ways_of(before)])


def added_words(grant: Grant, before: Grant | None) -> str:
    """The fields that are given anew, or in another way than before; where there are none, what else differs."""
    if before is None:
        return labels_of(grant)
    had = {labelled(before, name) for name in before.fields}
    more = [said for name in grant.fields if (said := labelled(grant, name)) not in had]
    rows = [_("行：%s") % rows_of(grant)] if grant.only != before.only else []
    ways = [ways_of(grant)] if ways_of(grant) not in {ways_of(before), "—"} else []
    a_day = [_("每天最多 %s 行") % f"{grant.rows_a_day:,}"] if grant.rows_a_day != before.rows_a_day else []
    return "、".join([*more, *rows, *ways, *a_day]) or _("没有，只改期限和用途")


def said_of(grant: Grant) -> dict[str, str]:
    """All that is granted, as whoever decides reads it. Two that say the same give the same."""
    before = standing_before(grant)
    return {
        "consumer": grant.vendor.company,
        "table": table_name(grant.table_key),
        "fields": labels_of(grant),
        "rows": rows_of(grant),
        "added": added_words(grant, before),
        "had": had_words(before),
        "ways": ways_of(grant),
        "rows_a_day": f"{grant.rows_a_day:,}",
        "purpose": grant.purpose,
        "basis": str(grant.get_basis_display()),
        "until": grant.expires_on.isoformat(),
    }


def rows_today(grant: Grant, table: SharedTable) -> int:
    """How many rows it gives as the table stands now."""
    offer = offer_of(grant, table)
    if offer is None:
        return 0
    facts: dict[str, object] = {"table": table.key}
    fits = condition(offer.only, "mine", facts)
    return int(one_value(COUNT.format(fits=fits), facts))


COUNT = """
    SELECT count(*) FROM datahub_shared_row row
    WHERE row.table_key = %(table)s AND row.valid_to IS NULL AND NOT row.is_removed AND {fits}"""


def differing(said: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """Keys of what is said otherwise now."""
    return [key for key, words_now in now.items() if said.get(key) != words_now]
