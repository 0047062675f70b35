from nanhu.kernel import rooms


class CardPinsConfig(rooms.Room):
    name = "nanhu.systems.card.pins"
    label = "card_pins"
    verbose_name = "校园卡密码与限额"
    pages = ("views.counter",)
