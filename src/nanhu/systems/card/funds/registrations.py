"""What the portal, the doctor and the worker show of this part."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import registry
from nanhu.kernel.registry import Application, Role, SchoolRules
from nanhu.systems.card.funds.checks import funds_agree
from nanhu.systems.card.funds.policies import BILLER
from nanhu.systems.card.funds.policy import read_reissue_rules, unclaimed_return_days
from nanhu.systems.card.funds.services.deductions import most_daily_fen, most_once_fen
from nanhu.systems.card.funds.services.payout_files import largest_fen
from nanhu.systems.card.funds.views import payouts  # noqa: F401  (its desk enters itself in the menu)

registry.checks.add(registry.Check(key="card.funds", title=_("校园卡待领款"), run=funds_agree, order=46))
registry.roles.add(
    Role(
        key=BILLER,
        name=_("水电代扣经办"),
        description=_("交宿舍水电账单、复核别人的账单，看得到各房间住着谁、扣了多少"),
    )
)
registry.applications.add(
    Application(
        key="card.rooms",
        name=_("水电代扣"),
        icon="zap",
        url=lambda: reverse("card:room_lists"),
        section="work",
        roles=frozenset({BILLER}),
        owner=_("后勤处"),
        description=_("按房间交一个月的水费电费：整份检查、另一人复核、逐笔从卡里扣，没扣到的导出"),
        order=45,
    )
)
registry.school_rules.add(
    SchoolRules(key="card.reissue", read=read_reissue_rules),
    SchoolRules(key="card.unclaimed_return_days", read=unclaimed_return_days),
    SchoolRules(key="card.payout_max_fen", read=largest_fen),
    SchoolRules(key="card.deduction_max_fen", read=most_once_fen),
    SchoolRules(key="card.deduction_daily_fen", read=most_daily_fen),
)
