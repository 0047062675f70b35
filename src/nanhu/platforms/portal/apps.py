from nanhu.kernel import rooms


class PortalConfig(rooms.Room):
    name = "nanhu.platforms.portal"
    label = "portal"
    verbose_name = "信息门户"
    parts = (
        *rooms.Room.parts,
        "corrections.process",
        "corrections.watching",
        "corrections.overriding",
        "engine_room",
        "personal_data",
        "search.following",
        "sharing.process",
        "sharing.services",
    )
    pages = (
        "calendar_desk",
        "read_only_desk",
        "search_desk",
        "corrections.desk",
        "homes.desks",
        "integrations.desk",
        "integrations.news",
        "sharing.desk",
    )
