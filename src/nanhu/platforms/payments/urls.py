from django.urls import path

from nanhu.platforms.payments.desk import desk

urlpatterns = [path("", desk.urls)]
