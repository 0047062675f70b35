from django.urls import URLPattern, URLResolver, path

from nanhu.services.directory.book import book
from nanhu.services.directory.desk import desk
from nanhu.services.directory.duty_desk import desk as rosters
from nanhu.services.directory.phone_desk import desk as phone_lists

app_name = "directory"
urlpatterns: list[URLPattern | URLResolver] = [
    path("desk/", desk.urls),
    path("rosters/", rosters.urls),
    path("phone-lists/", phone_lists.urls),
    path("", book.urls),
]
