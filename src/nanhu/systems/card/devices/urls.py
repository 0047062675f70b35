from django.urls import path

from nanhu.systems.card.devices.views import door

app_name = "card_devices"
urlpatterns = [path("<path:name>", door.services, name="services")]
