from nanhu.kernel import rooms


class NetworkConfig(rooms.Room):
    name = "nanhu.services.network"
    label = "network"
    verbose_name = "校园网"
