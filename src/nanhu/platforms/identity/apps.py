from nanhu.kernel import rooms


class IdentityConfig(rooms.Room):
    name = "nanhu.platforms.identity"
    label = "identity"
    verbose_name = "身份认证"
    parts = (*rooms.Room.parts, "checks", "protocols.cas.logout", "protocols.cas.panel")
