"""Who may do what with cards. A holder sees their own wallet; the counter is for clerks."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import Role, Viewer
from nanhu.platforms.identity.api import has_role
from nanhu.systems.card.models import Card
from nanhu.systems.card.rules import CardKind, may_top_up_with_cash

CLERK = "card.clerk"
CLERK_ROLE = Role(
    key=CLERK, name=_("一卡通经办"), description=_("在柜台充值、复核特批、办理挂失与解挂，看得到持卡人的交易")
)
MANAGER = "card.manager"
MANAGER_ROLE = Role(key=MANAGER, name=_("一卡通主管"), description=_("定卡的权限规则、办事机构授权和规章版本，管制卡"))
FINANCE = "card.finance"
PAYER = "card.payer"
"""Who pays out: the finance office and the student office (发放经办)."""
PHONE_DESK, REGISTRAR = "card.phone_desk", "card.registrar"
FINANCE_ROLE = Role(key=FINANCE, name=_("一卡通财务"), description=_("商户合同与结算、付款文件，看得到圈存和未领的钱"))


def is_clerk(viewer: Viewer) -> bool:
    return has_role(viewer, CLERK)


def may_bring_cash(card: Card) -> bool:
    """Ruling 6."""
    return may_top_up_with_cash(CardKind(card.card_class, card.sub_class))
