from django.urls import path

from nanhu.platforms.ledger.desk import desk

urlpatterns = [path("", desk.urls)]
