"""Who may do what: finance closes and settles, a merchant's people see their merchant."""

from nanhu.kernel.registry import Viewer
from nanhu.systems.card.closing.models import MerchantUser
from nanhu.systems.card.models import Merchant

MERCHANT = "card.merchant"


def merchants_of(viewer: Viewer) -> list[Merchant]:
    """Those this account is bound to, and no others."""
    bound = MerchantUser.objects.filter(account_id=viewer.account_id).values("merchant")
    return list(Merchant.objects.filter(pk__in=bound).order_by("name"))
