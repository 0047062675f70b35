from nanhu.kernel import rooms


class CardRightsConfig(rooms.Room):
    name = "nanhu.systems.card.rights"
    label = "card_rights"
    verbose_name = "卡权限"
