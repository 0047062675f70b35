from django.urls import URLPattern, path

from nanhu.systems.card.fleet.views import loss_desk

urlpatterns: list[URLPattern] = [
    path("phone-desk/", loss_desk.phone_desk, name="phone_desk"),
    path("found/", loss_desk.found, name="found"),
    path("", loss_desk.exposures, name="fleet"),
    path("exposure/", loss_desk.exposures, name="exposures"),
    path("exposure/<uuid:public_id>/", loss_desk.exposure, name="exposure"),
]
