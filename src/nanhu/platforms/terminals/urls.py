from django.urls import path

from nanhu.kernel.ui.error_pages import JSON_ENDPOINTS
from nanhu.platforms.terminals.views import endpoint

app_name = "terminals"
JSON_ENDPOINTS["/terminal/v1/"] = endpoint.failure
urlpatterns = [path("<path:name>", endpoint.services, name="services")]
