from nanhu.kernel import rooms


class AssetsCountingConfig(rooms.Room):
    name = "nanhu.systems.assets.counting"
    label = "assets_counting"
    verbose_name = "资产盘点"
