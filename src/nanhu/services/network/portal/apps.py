from nanhu.kernel import rooms


class PortalConfig(rooms.Room):
    name = "nanhu.services.network.portal"
    label = "network_portal"
    verbose_name = "上网认证"
    pages = ("guests",)
