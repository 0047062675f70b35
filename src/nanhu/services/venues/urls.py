from django.urls import URLPattern, URLResolver, path

from nanhu.services.venues import signs
from nanhu.services.venues.book import book
from nanhu.services.venues.desk import desk

app_name = "venues"
urlpatterns: list[URLPattern | URLResolver] = [
    path("desk/", desk.urls),
    path("door/<str:secret>.ics", signs.feed, name="feed"),
    path("door/<str:secret>/", signs.sign, name="sign"),
    path("", book.urls),
]
