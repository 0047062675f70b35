from django.urls import path

from nanhu.platforms.flows.announced import desk
from nanhu.platforms.flows.moves import desk as keeping
from nanhu.platforms.flows.workshop.releasing import desk as workshop

pages, app, namespace = desk.urls
urlpatterns = [path("", ([path("keeping/", keeping.urls), path("workshop/", workshop.urls), *pages], app, namespace))]
