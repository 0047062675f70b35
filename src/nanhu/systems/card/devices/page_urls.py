"""The pages of this part, under /card/machines/ (urls.py is the services door)."""

from django.urls import path

from nanhu.systems.card.devices.views import machines

app_name = "card_machines"
urlpatterns = [
    path("", machines.machines, name="machines"),
    path("alarms/", machines.alarms, name="alarms"),
]
