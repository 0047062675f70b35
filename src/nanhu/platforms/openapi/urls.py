from django.urls import URLPattern, URLResolver, path

from nanhu.platforms.openapi.desk import desk

urlpatterns: list[URLPattern | URLResolver] = [path("", desk.urls)]
