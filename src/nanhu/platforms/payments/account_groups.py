"""What groups of accounts are called on pages and in vouchers. The room that opens accounts enters their groups here."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import Register, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountGroup:
    """`key`: as the books have it; `code` and `title` in the school's accounts (政府会计制度), unless its file says others."""

    key: str
    name: Text
    code: str
    title: str


account_groups: Register[AccountGroup] = Register()
account_groups.add(
    AccountGroup(key="payments.bank", name=_("备付金银行户"), code="1002", title="银行存款"),
    AccountGroup(key="payments.clearing", name=_("在途清算"), code="1021", title="其他货币资金"),
    AccountGroup(key="payments.bank_fee", name=_("银联手续费"), code="5901", title="其他费用-手续费"),
    AccountGroup(key="ledger.receivable", name=_("应收费用"), code="1212", title="应收账款-应缴费用"),
    AccountGroup(key="ledger.billed", name=_("待收费用"), code="2307.08", title="其他应付款-待收费用"),
    AccountGroup(key="ledger.payee", name=_("代收费用"), code="2307.06", title="其他应付款-代扣代缴"),
    AccountGroup(key="ledger.fund", name=_("额度"), code="9001", title="备查-经费额度"),
)


def group_name(key: str) -> str:
    """The key itself where a school has a group of its own."""
    known = account_groups.get(key)
    return str(known.name) if known else key
