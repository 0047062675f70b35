from django.urls import URLPattern, URLResolver, path

from nanhu.systems.card.fleet.desk import desk
from nanhu.systems.card.fleet.views import loss_desk

urlpatterns: list[URLPattern | URLResolver] = [
    path("phone-desk/", loss_desk.desk.urls),
    path("found/", loss_desk.finders.urls),
    path("", desk.urls),
]
