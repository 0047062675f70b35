from nanhu.kernel import rooms


class CardHolderConfig(rooms.Room):
    name = "nanhu.systems.card.holder"
    label = "card_holder"
    verbose_name = "持卡人页面"
    pages = ("bills",)
