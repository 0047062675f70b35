from nanhu.kernel import rooms


class VenuesConfig(rooms.Room):
    name = "nanhu.services.venues"
    label = "venues"
    verbose_name = "场地申请"
    pages = ("draws",)
