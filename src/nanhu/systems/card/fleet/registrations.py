"""What the portal, the doctor and the worker show of this part."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import registry
from nanhu.kernel.registry import ALL_FACES, Application, Role, SchoolRules
from nanhu.systems.card.fleet import parts  # noqa: F401  (registering is its effect)
from nanhu.systems.card.fleet.checks import no_terminal_is_abused
from nanhu.systems.card.fleet.exposure import usual_card_fen
from nanhu.systems.card.fleet.policies import PHONE_DESK

registry.checks.add(registry.Check(key="card.abuse", title=_("终端盗用"), run=no_terminal_is_abused, order=47))
registry.roles.add(
    Role(key=PHONE_DESK, name=_("电话挂失值班"), description=_("接电话，核对来电人的回答后挂失；看不到卡里的钱和交易")),
)
registry.applications.add(
    Application(
        key="card.phone_desk",
        name=_("电话挂失"),
        icon="phone",
        url=lambda: reverse("card:phone_desk"),
        section="work",
        roles=frozenset({PHONE_DESK}),
        owner=_("校园卡管理办公室"),
        description=_("核对来电人，马上挂失"),
        order=45,
    ),
    Application(
        key="card.found",
        name=_("捡到校园卡"),
        icon="search-check",
        url=lambda: reverse("card:found"),
        section="service",
        faces=ALL_FACES,
        owner=_("校园卡管理办公室"),
        description=_("按卡号告诉失主，不显示是谁"),
        order=60,
    ),
)
registry.school_rules.add(
    SchoolRules(key="card.offline_card_fen", read=usual_card_fen),
)
