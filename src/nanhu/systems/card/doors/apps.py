from nanhu.kernel import rooms


class CardDoorsConfig(rooms.Room):
    name = "nanhu.systems.card.doors"
    label = "card_doors"
    verbose_name = "校园卡开门"
    parts = ("credentials",)
