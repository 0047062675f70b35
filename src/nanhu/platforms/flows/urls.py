from django.urls import path

from nanhu.platforms.flows.desk import desk

urlpatterns = [path("", desk.urls)]
