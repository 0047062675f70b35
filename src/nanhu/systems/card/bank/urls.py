from django.urls import URLPattern, path

from nanhu.systems.card.bank.views import apps, notices

app_name = "card_bank"
urlpatterns: list[URLPattern] = [
    path("notices/acp", notices.acp_notice, name="acp_notice"),
    path("app/v1/<path:operation>", apps.ask, name="app"),
    path("notices/bank/<slug:operation>", notices.bank_notice, name="bank_notice"),
]
