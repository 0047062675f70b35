from nanhu.kernel import rooms


class MobileConfig(rooms.Room):
    name = "nanhu.services.mobile"
    label = "mobile"
    verbose_name = "移动校园"
