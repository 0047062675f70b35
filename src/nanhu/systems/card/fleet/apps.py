from nanhu.kernel import rooms


class CardFleetConfig(rooms.Room):
    name = "nanhu.systems.card.fleet"
    label = "card_fleet"
    verbose_name = "终端与挂失"
    pages = ("views.loss", "views.loss_desk")
