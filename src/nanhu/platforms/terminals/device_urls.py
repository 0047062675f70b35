"""The pages of the desk of devices. What devices ask stands in urls.py."""

from django.urls import path

from nanhu.platforms.terminals.desk import desk

urlpatterns = [path("", desk.urls)]
