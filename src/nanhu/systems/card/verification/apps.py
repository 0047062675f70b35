from nanhu.kernel import rooms


class CardVerificationConfig(rooms.Room):
    name = "nanhu.systems.card.verification"
    label = "card_verification"
    verbose_name = "校园卡核验"
