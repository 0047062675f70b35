from django.urls import URLPattern, URLResolver, path

from nanhu.services.network.desk import desk
from nanhu.services.network.mine import mine

app_name = "network"
urlpatterns: list[URLPattern | URLResolver] = [path("devices/", mine.urls), path("desk/", desk.urls)]
