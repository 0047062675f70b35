from nanhu.kernel import rooms


class AssetsConfig(rooms.Room):
    name = "nanhu.systems.assets"
    label = "assets"
    verbose_name = "资产管理"
