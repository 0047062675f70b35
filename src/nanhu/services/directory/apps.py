from nanhu.kernel import rooms


class DirectoryConfig(rooms.Room):
    name = "nanhu.services.directory"
    label = "directory"
    parts = (*rooms.Room.parts, "duty_desk", "phone_desk")
    verbose_name = "校内电话"
