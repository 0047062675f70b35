from importlib import import_module

from django.apps import AppConfig


class CardDevicesConfig(AppConfig):
    name = "nanhu.systems.card.devices"
    label = "card_devices"
    verbose_name = "自助终端"

    def ready(self) -> None:
        import_module(f"{self.name}.registrations")
