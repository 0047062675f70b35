from nanhu.kernel import rooms


class CardIssuingConfig(rooms.Room):
    name = "nanhu.systems.card.issuing"
    label = "card_issuing"
    verbose_name = "制卡与发卡"
    pages = (
        "views.faces",
        "views.handing",
        "views.mail",
        "views.making",
        "views.office",
        "views.personal",
        "views.record",
        "views.unit",
        "views.uploads",
    )
