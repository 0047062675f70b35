from django.urls import URLPattern, path

from nanhu.systems.card.fleet.views import loss_desk, registering, terminals

urlpatterns: list[URLPattern] = [
    path("phone-desk/", loss_desk.phone_desk, name="phone_desk"),
    path("found/", loss_desk.found, name="found"),
    path("", terminals.terminals, name="fleet"),
    path("register/", registering.register, name="fleet_register"),
    path("merchants/", registering.merchants, name="fleet_merchants"),
    path("merchants/<str:key>/agree/", registering.decide, {"deed": "agree"}, name="merchant_agree"),
    path("merchants/<str:key>/refuse/", registering.decide, {"deed": "refuse"}, name="merchant_refuse"),
    path("merchants/<str:key>/close/", registering.close, name="merchant_close"),
    path("terminals/<str:number>/renew/", registering.renew, name="terminal_renew"),
    path("terminals/<str:number>/retire/", registering.retire, name="terminal_retire"),
    path("terminals/<str:number>/", terminals.terminal, name="terminal"),
    path("terminals/<str:number>/act/", terminals.act, name="terminal_act"),
    path("terminals/<str:number>/sequence/", terminals.sequence, name="terminal_sequence"),
    path("exposure/", loss_desk.exposures, name="exposures"),
    path("exposure/<uuid:public_id>/", loss_desk.exposure, name="exposure"),
]
