"""Who keeps what is reached from outside, and who may use the VPN: staff alone."""

from collections.abc import Collection
from typing import Final

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import Role, Viewer
from nanhu.platforms.people import api as people

KEEPER: Final = "network.keeper"
ROLES: Final = (
    Role(key=KEEPER, name=_("校园网资源"), description=_("VPN 账户和可达清单、安装包、校内资源、无线接入点和覆盖图")),
)


def staff_among(person_ids: Collection[int]) -> set[int]:
    """Who is staff now, whatever else he is (A156): a teacher who studies is a teacher."""
    cards = people.person_cards(person_ids)
    return {one for one, card in cards.items() if any(tie.is_live and tie.kind == "staff" for tie in card.affiliations)}


def may_use_vpn(person_id: int) -> bool:
    return bool(staff_among([person_id]))


def is_staff(viewer: Viewer) -> bool:
    """As the pages know it, without a look at the record."""
    return "staff" in viewer.faces
