from django.urls import URLPattern, path

from nanhu.systems.card.bank.views import phones, self_check, top_ups

app_name = "card_bank"
urlpatterns: list[URLPattern] = [
    path("top-up/", top_ups.top_up, name="top_up"),
    path("top-up/<slug:number>/", top_ups.order, name="top_up_order"),
    path("top-up/<slug:number>/again/", top_ups.ask_again, name="top_up_again"),
    path("phones/", phones.phones, name="phones"),
    path("phones/unlock/", phones.unlock, name="unlock"),
    path("phones/appeal/", phones.appeal, name="appeal"),
    path("phones/<uuid:public_id>/revoke/", phones.revoke, name="revoke"),
    path("check/", self_check.check, name="check"),
    path("start/", self_check.start, name="start"),
]
