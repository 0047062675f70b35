from django.urls import URLPattern, URLResolver, path

from nanhu.services.network.reach.book import book
from nanhu.services.network.reach.desk import desk, reopening_desk
from nanhu.services.network.reach.gateway_agents import agent
from nanhu.services.network.reach.views import directory

app_name = "network_reach"
urlpatterns: list[URLPattern | URLResolver] = [
    path("reach/openings/", reopening_desk.urls),
    path("reach/", desk.urls),
    path("vpn/agent", agent, name="agent"),
    path("resources/open/", directory, name="directory"),
    path("", book.urls),
]
