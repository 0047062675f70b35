from django.urls import path

from nanhu.platforms.datahub.views.desk import desk

urlpatterns = [path("", desk.urls)]
