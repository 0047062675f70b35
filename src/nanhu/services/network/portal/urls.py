from django.urls import URLPattern, URLResolver, path

from nanhu.services.network.portal.desk import desk
from nanhu.services.network.portal.guests import desk as guests
from nanhu.services.network.portal.views import captive, help_pages, plain, why

app_name = "network_portal"
urlpatterns: list[URLPattern | URLResolver] = [
    path("wifi/", captive.wifi, name="wifi"),
    path("wifi/on/<uuid:public_id>/", captive.on, name="on"),
    path("wifi/capport", plain.capport, name="capport"),
    path("wifi/agent", plain.agent, name="agent"),
    path("wifi/test/", help_pages.test, name="test"),
    path("wifi/poster/", help_pages.poster, name="poster"),
    path("network/why/", why.why, name="why"),
    path("network/gateways/", desk.urls),
    path("network/guests/", guests.urls),
]
