from nanhu.kernel import rooms


class LostFoundConfig(rooms.Room):
    name = "nanhu.services.lostfound"
    label = "lostfound"
    verbose_name = "失物招领"
