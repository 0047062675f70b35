from nanhu.kernel import rooms


class CardVendorsConfig(rooms.Room):
    name = "nanhu.systems.card.vendors"
    label = "card_vendors"
    verbose_name = "校园卡开放接口"
