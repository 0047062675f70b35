from django.urls import path

from nanhu.platforms.campus.calendar_desk import desk as calendar
from nanhu.platforms.campus.desk import desk
from nanhu.platforms.campus.imports_desk import desk as imports
from nanhu.platforms.campus.imports_desk import rollbacks

pages, app, namespace = desk.urls
ours = [path("terms/", calendar.urls), path("imports/", imports.urls), path("room-rollbacks/", rollbacks.urls)]
urlpatterns = [path("", ([*ours, *pages], app, namespace))]
