"""What other parts of identity tell of an account on its page: a title and lines, loaded when the page is shown."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.clock import campus_today
from nanhu.kernel.ui import dates
from nanhu.platforms.identity.factors.services.overview import factors_of
from nanhu.platforms.identity.guests.models import Sponsorship
from nanhu.platforms.identity.models import Account
from nanhu.platforms.people import api as people

type Lines = Sequence[tuple[str | Promise, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountPanel:
    """`load` may ask the database twice; no lines, no panel."""

    key: str
    title: str | Promise
    icon: str
    load: Callable[[Account], Lines]
    order: int = 100


panels: dict[str, AccountPanel] = {}


def add(panel: AccountPanel) -> None:
    panels[panel.key] = panel


def panels_of(account: Account) -> list[tuple[AccountPanel, Lines]]:
    found = [(panel, panel.load(account)) for panel in sorted(panels.values(), key=lambda one: (one.order, one.key))]
    return [(panel, lines) for panel, lines in found if lines]


def factor_lines(account: Account) -> Lines:
    factors = factors_of(account)
    return [
        (_("通行密钥"), str(factors.passkeys)),
        (_("验证器"), "✓" if factors.has_totp else "—"),
        (_("短信第二步"), "✓" if factors.is_contact_on else "—"),
        (_("恢复码"), str(factors.recovery_codes)),
    ]


def sponsor_lines(account: Account) -> Lines:
    """Of a guest: who vouches for him, why, until when."""
    standing = list(Sponsorship.objects.filter(guest_id=account.person_id, ended_at=None).select_related("sponsor"))
    if not standing:
        return []
    cards = people.person_cards([one.sponsor.person_id for one in standing])
    return [
        (
            one.get_kind_display(),
            f"{cards[one.sponsor.person_id].name} · {one.reason} · {dates.short_day(one.ends_on, campus_today().year)}",
        )
        for one in standing
    ]


add(AccountPanel(key="sponsor", title=_("来宾担保人"), icon="user-check", load=sponsor_lines, order=5))
add(AccountPanel(key="factors", title=_("第二步验证"), icon="key-round", load=factor_lines, order=10))
