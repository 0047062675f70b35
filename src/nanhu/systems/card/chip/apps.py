from nanhu.kernel import rooms


class CardChipConfig(rooms.Room):
    name = "nanhu.systems.card.chip"
    label = "card_chip"
    verbose_name = "卡片电子钱包"
