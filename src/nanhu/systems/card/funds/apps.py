from importlib import import_module

from django.apps import AppConfig


class CardFundsConfig(AppConfig):
    name = "nanhu.systems.card.funds"
    label = "card_funds"
    verbose_name = "待领资金"

    def ready(self) -> None:
        for name in ("registrations", "operations", "making", "tasks"):
            import_module(f"{self.name}.{name}")
