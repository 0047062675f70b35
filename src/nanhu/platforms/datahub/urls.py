from django.urls import URLPattern, URLResolver, path

from nanhu.platforms.datahub.views.desk import desk, gate_desk

app_name = "datahub"
urlpatterns: list[URLPattern | URLResolver] = [path("gate/", gate_desk.urls), *desk.urls[0]]
