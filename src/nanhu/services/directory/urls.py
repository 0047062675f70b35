from django.urls import URLPattern, URLResolver, path

from nanhu.services.directory.book import book
from nanhu.services.directory.desk import desk

app_name = "directory"
urlpatterns: list[URLPattern | URLResolver] = [path("desk/", desk.urls), path("", book.urls)]
