from nanhu.kernel import rooms


class CampusConfig(rooms.Room):
    name = "nanhu.platforms.campus"
    label = "campus"
    verbose_name = "校园"
    parts = ("desk", "calendar_desk", "imports_desk", "registrations")
