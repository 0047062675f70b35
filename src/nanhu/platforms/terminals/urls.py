from django.urls import path

from nanhu.platforms.terminals.views import endpoint

app_name = "terminals"
urlpatterns = [path("<path:name>", endpoint.services, name="services")]
