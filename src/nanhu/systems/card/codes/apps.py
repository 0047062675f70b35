from nanhu.kernel import rooms


class CardCodesConfig(rooms.Room):
    name = "nanhu.systems.card.codes"
    label = "card_codes"
    verbose_name = "付款码与门禁码"
