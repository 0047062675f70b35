"""/cas/: the addresses CAS clients know."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
