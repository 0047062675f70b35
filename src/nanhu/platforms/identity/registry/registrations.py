"""What the registry declares: the applications it puts into the menu, a card for every person."""

from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import registry as house
from nanhu.platforms.identity import security_cards
from nanhu.platforms.identity.models import Account
from nanhu.platforms.identity.registry import menu

house.applications.add(
    house.Application(
        key="identity.my_applications",
        name=_("应用与我的信息"),
        icon="scan-eye",
        url=reverse_lazy("identity:account_applications"),
        section="service",
        owner=_("信息中心"),
        description=_("哪些应用能看到我的哪些信息，为什么"),
        order=905,
    ),
)
house.menu_sources.add(house.MenuSource(key="identity.registered", load=menu.listed_for))


@security_cards.add
def my_applications(_account: Account) -> security_cards.SecurityCard:
    return security_cards.SecurityCard(
        title=_("应用与我的信息"),
        icon="scan-eye",
        text=_("哪些应用能看到您的哪些信息，为什么，上次是什么时候。"),
        url=reverse("identity:account_applications"),
        action=_("查看"),
        order=60,
    )
