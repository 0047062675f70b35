from nanhu.kernel import rooms


class CardFundsConfig(rooms.Room):
    name = "nanhu.systems.card.funds"
    label = "card_funds"
    verbose_name = "待领资金"
    parts = (*rooms.Room.parts, "making")
    pages = ("views.chip", "views.payouts", "views.reissue", "views.shifts")
