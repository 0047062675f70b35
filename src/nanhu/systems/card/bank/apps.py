from importlib import import_module

from django.apps import AppConfig


class CardBankConfig(AppConfig):
    name = "nanhu.systems.card.bank"
    label = "card_bank"
    verbose_name = "银行与充值"

    def ready(self) -> None:
        import_module(f"{self.name}.registrations")
