from django.urls import URLPattern, URLResolver, path

from nanhu.platforms.datahub.views.desk import desk, gate_desk, sharing_desk

app_name = "datahub"
urlpatterns: list[URLPattern | URLResolver] = [
    path("gate/", gate_desk.urls),
    path("grants/", sharing_desk.urls),
    *desk.urls[0],
]
