from importlib import import_module

from django.apps import AppConfig


class CardCodesConfig(AppConfig):
    name = "nanhu.systems.card.codes"
    label = "card_codes"
    verbose_name = "付款码与门禁码"

    def ready(self) -> None:
        import_module(f"{self.name}.registrations")
