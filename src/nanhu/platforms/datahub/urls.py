from django.urls import URLPattern, URLResolver, path

from nanhu.platforms.datahub.views.desk import desk, gate_desk, limits_desk, owners_desk, sharing_desk
from nanhu.platforms.datahub.views.own_lineage import mine

app_name = "datahub"
urlpatterns: list[URLPattern | URLResolver] = [
    path("gate/", gate_desk.urls),
    path("grants/", sharing_desk.urls),
    path("limits/", limits_desk.urls),
    path("owners/", owners_desk.urls),
    path("mine/", mine.urls),
    *desk.urls[0],
]
