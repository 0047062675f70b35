from nanhu.kernel import rooms


class CardClosingConfig(rooms.Room):
    name = "nanhu.systems.card.closing"
    label = "card_closing"
    verbose_name = "日结与结算"
    pages = ("views.corrections", "views.merchants", "views.payouts", "views.shop")
