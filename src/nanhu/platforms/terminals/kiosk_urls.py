"""The pages of the kiosks. What devices ask stands in urls.py."""

from django.urls import path

from nanhu.platforms.terminals.kiosk_desk import desk

urlpatterns = [path("", desk.urls)]
