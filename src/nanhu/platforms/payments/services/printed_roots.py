"""The last seals of ledger and audit on each day's sheet (日结单), and the look whether what was printed still stands in the chains.

Who holds database and keyring can seal a chain anew; the sheets that were printed before keep the old one.
"""

from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nanhu.kernel.sealing.carrying import Root, last_roots, missing
from nanhu.platforms.payments.day_sources import Found, Source, sources
from nanhu.platforms.payments.models import DayClose


def roots_now() -> list[dict[str, str]]:
    """What the first close of a day prints; a later one prints the same."""
    return [root._asdict() for root in last_roots()]


def printed_before(day: date) -> list[Root]:
    sheets = DayClose.objects.filter(day__lt=day).order_by("day").values_list("figures__roots", flat=True)
    return [Root(**one) for roots in sheets for one in roots or []]


def root_differences(day: date) -> list[Found]:
    return [
        Found(
            key=f"{one.chain}:{one.root[:80]}",
            what=_("{chain} 的封印链里没有日结单印出的根 {root}").format(chain=one.chain, root=one.root[:24]),
        )
        for one in missing(printed_before(day))
    ]


sources.add(
    Source(
        key="roots",
        title=gettext_lazy("封印核对"),
        owner=gettext_lazy("审计管理员"),
        differences=root_differences,
        order=28,
    )
)
