from django.urls import URLPattern, URLResolver, path

from nanhu.systems.assets.counting.urls import urlpatterns as counting
from nanhu.systems.assets.views import cases, contests, mine, office, unit

app_name = "assets"
urlpatterns: list[URLPattern | URLResolver] = [
    path("mine/", mine.desk.urls),
    path("unit/", unit.desk.urls),
    path("transfers/", cases.transfers.urls),
    path("losses/", cases.losses.urls),
    path("lettings/", cases.lettings.urls),
    path("arguments/", cases.arguments.urls),
    path("disposals/", cases.disposals.urls),
    path("improvements/", cases.improvements.urls),
    path("closes/", cases.closes.urls),
    path("imports/", cases.imports.urls),
    path("rollbacks/", cases.rollbacks.urls),
    path("classes/", cases.classes.urls),
    path("class-rollbacks/", cases.class_rollbacks.urls),
    path("reversals/", cases.reversals.urls),
    path("contests/", contests.contests.urls),
    path("office/", office.desk.urls),
    *counting,
]
