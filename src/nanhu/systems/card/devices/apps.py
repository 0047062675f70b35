from nanhu.kernel import rooms


class CardDevicesConfig(rooms.Room):
    name = "nanhu.systems.card.devices"
    label = "card_devices"
    verbose_name = "自助终端"
    parts = ("guesses", "library", "operations")
