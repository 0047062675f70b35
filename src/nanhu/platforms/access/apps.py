from importlib import import_module

from django.apps import AppConfig


class CardDoorsConfig(AppConfig):
    name = "nanhu.systems.card.doors"
    label = "card_doors"
    verbose_name = "门禁"

    def ready(self) -> None:
        import_module(f"{self.name}.registrations")
