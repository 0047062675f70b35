from django.urls import URLPattern, URLResolver, path

from nanhu.systems.card.fleet.desk import desk
from nanhu.systems.card.fleet.views import loss_desk

urlpatterns: list[URLPattern | URLResolver] = [
    path("phone-desk/", loss_desk.phone_desk, name="phone_desk"),
    path("found/", loss_desk.found, name="found"),
    path("", desk.urls),
]
