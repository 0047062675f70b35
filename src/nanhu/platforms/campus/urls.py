from django.urls import path

from nanhu.platforms.campus.calendar_desk import desk as calendar
from nanhu.platforms.campus.desk import desk
from nanhu.platforms.campus.imports_desk import desk as imports

pages, app, namespace = desk.urls
urlpatterns = [path("", ([path("terms/", calendar.urls), path("imports/", imports.urls), *pages], app, namespace))]
