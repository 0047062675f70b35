"""The cards of 账号安全: each part of identity adds its own, the page knows none of them by name."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise

from nanhu.platforms.identity.models import Account

type Text = str | Promise


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityCard:
    title: Text
    icon: str
    text: Text
    url: str
    action: Text
    order: int = 100


type Maker = Callable[[Account], SecurityCard | None]

makers: list[Maker] = []


def add(maker: Maker) -> Maker:
    """Register in a part's `AppConfig.ready()`; the maker may ask the database once."""
    makers.append(maker)
    return maker


def cards_for(account: Account) -> list[SecurityCard]:
    found = [card for make in makers if (card := make(account)) is not None]
    return sorted(found, key=lambda card: card.order)
