from django.urls import path

from nanhu.platforms.flows.announced import desk
from nanhu.platforms.flows.moves import desk as keeping

pages, app, namespace = desk.urls
urlpatterns = [path("", ([path("keeping/", keeping.urls), *pages], app, namespace))]
