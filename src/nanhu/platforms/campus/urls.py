from django.urls import path

from nanhu.platforms.campus.desk import desk

urlpatterns = [path("", desk.urls)]
