from importlib import import_module

from django.apps import AppConfig


class CardVendorsConfig(AppConfig):
    name = "nanhu.systems.card.vendors"
    label = "card_vendors"
    verbose_name = "开放接口"

    def ready(self) -> None:
        import_module(f"{self.name}.registrations")
