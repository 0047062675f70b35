from django.urls import path

from nanhu.platforms.portal.calendar_desk import desk as agenda
from nanhu.platforms.portal.corrections.desk import desk as corrections
from nanhu.platforms.portal.corrections.desk import owners_desk as owners
from nanhu.platforms.portal.corrections.desk import wrong
from nanhu.platforms.portal.homes.desks import arranging
from nanhu.platforms.portal.homes.desks import desk as placed
from nanhu.platforms.portal.integrations.desk import desk as integrations
from nanhu.platforms.portal.integrations.news import desk as news
from nanhu.platforms.portal.read_only_desk import desk as read_only
from nanhu.platforms.portal.search_desk import desk as words
from nanhu.platforms.portal.sharing.desk import desk as sharing
from nanhu.platforms.portal.systems.views import systems
from nanhu.platforms.portal.views import applications, calendar, help_pages, home, manual, preferences, search, sections
from nanhu.platforms.portal.weather.views import forecast

app_name = "portal"
urlpatterns = [
    path("", home.home, name="home"),
    path("me/", home.me, name="me"),
    path("tiles/<str:key>/", home.tile, name="tile"),
    path("tiles/<str:key>/wrong/", home.tile_wrong, name="tile_wrong"),
    path("manual/", manual.manual, name="manual"),
    path("manual/pictures/<str:name>", help_pages.picture, name="manual_picture"),
    path("me/home/", arranging.urls),
    path("placed/", placed.urls),
    path("me/corrections/", corrections.urls),
    path("me/corrections/owners/", owners.urls),
    path("me/sharing/", sharing.urls),
    path("me/wrong/<str:key>/", wrong, name="wrong"),
    path("help/", help_pages.contents, name="help"),
    path("help/<str:title>/", help_pages.section, name="help_section"),
    path("calendar/", agenda.urls),
    path("integrations/", integrations.urls),
    path("news/", news.urls),
    path("systems/", systems, name="systems"),
    path("weather/", forecast, name="weather"),
    path("read-only/", read_only.urls),
    path("search/", search.search, name="search"),
    path("search/words/", words.urls),
    path("calendar/<str:secret>.ics", calendar.feed, name="feed"),
    path("apps/", applications.applications, name="applications"),
    path("apps/<str:key>/", sections.section, name="section"),
    path("apps/<str:key>/page/", applications.framed, name="framed"),
    path("apps/<str:key>/favourite", applications.favourite, name="favourite"),
    path("apps/<str:key>/move/<str:where>", applications.move, name="move"),
    path("apps/<str:key>/opened", applications.opened, name="opened"),
    path("preferences/<str:name>/<str:value>", preferences.choose, name="choose"),
]
