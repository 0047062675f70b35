from nanhu.kernel import rooms


class CardBankConfig(rooms.Room):
    name = "nanhu.systems.card.bank"
    label = "card_bank"
    verbose_name = "银行与充值"
    pages = ("views.withdrawals",)
