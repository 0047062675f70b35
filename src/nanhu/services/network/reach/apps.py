from nanhu.kernel import rooms


class NetworkReachConfig(rooms.Room):
    name = "nanhu.services.network.reach"
    label = "network_reach"
    verbose_name = "VPN、校内资源、无线覆盖"
    parts = (*rooms.Room.parts, "book")
