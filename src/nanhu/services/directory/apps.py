from nanhu.kernel import rooms


class DirectoryConfig(rooms.Room):
    name = "nanhu.services.directory"
    label = "directory"
    verbose_name = "校内电话"
    pages = ("book", "duty_desk", "phone_desk")
