from django.urls import URLPattern, URLResolver, path

from nanhu.services.directory.book import book
from nanhu.services.directory.desk import desk
from nanhu.services.directory.duty_desk import desk as rosters
from nanhu.services.directory.duty_desk import rollbacks as duty_rollbacks
from nanhu.services.directory.phone_desk import desk as phone_lists
from nanhu.services.directory.phone_desk import rollbacks as phone_rollbacks

app_name = "directory"
urlpatterns: list[URLPattern | URLResolver] = [
    path("desk/", desk.urls),
    path("rosters/", rosters.urls),
    path("phone-lists/", phone_lists.urls),
    path("duty-rollbacks/", duty_rollbacks.urls),
    path("phone-rollbacks/", phone_rollbacks.urls),
    path("", book.urls),
]
