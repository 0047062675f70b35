from django.urls import path

from nanhu.platforms.access.desk import desk

urlpatterns = [path("", desk.urls)]
