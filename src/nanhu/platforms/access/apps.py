from nanhu.kernel import rooms


class AccessConfig(rooms.Room):
    name = "nanhu.platforms.access"
    label = "access"
    verbose_name = "门禁"
