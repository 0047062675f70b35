from nanhu.kernel import rooms


class IdentityPersonalConfig(rooms.Room):
    name = "nanhu.platforms.identity.personal"
    label = "identity_personal"
    verbose_name = "我的数据"
    parts = (*rooms.Room.parts, "services.copies")
