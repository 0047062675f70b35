from nanhu.kernel import rooms


class IdentityRadiusConfig(rooms.Room):
    name = "nanhu.platforms.identity.protocols.radius"
    label = "identity_radius"
    verbose_name = "RADIUS"
    parts = (*rooms.Room.parts, "panel")
