from nanhu.kernel import rooms
from nanhu.kernel.ui import shell


class PortalConfig(rooms.Room):
    name = "nanhu.platforms.portal"
    label = "portal"
    verbose_name = "信息门户"
    parts = (*rooms.Room.parts, "corrections.process", "corrections.watching", "engine_room")
    pages = (
        "calendar_desk",
        "read_only_desk",
        "search_desk",
        "corrections.desk",
        "homes.desks",
        "integrations.desk",
        "integrations.news",
    )

    def ready(self) -> None:
        super().ready()
        from nanhu.platforms.portal.frame import PortalFrame

        shell.provided_by(PortalFrame())
