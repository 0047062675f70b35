from django.urls import URLPattern, path

from nanhu.systems.card.fleet.views import loss_desk, terminals

urlpatterns: list[URLPattern] = [
    path("phone-desk/", loss_desk.phone_desk, name="phone_desk"),
    path("found/", loss_desk.found, name="found"),
    path("", terminals.terminals, name="fleet"),
    path("terminals/<str:number>/", terminals.terminal, name="terminal"),
    path("terminals/<str:number>/act/", terminals.act, name="terminal_act"),
    path("terminals/<str:number>/sequence/", terminals.sequence, name="terminal_sequence"),
    path("exposure/", loss_desk.exposures, name="exposures"),
    path("exposure/<uuid:public_id>/", loss_desk.exposure, name="exposure"),
]
