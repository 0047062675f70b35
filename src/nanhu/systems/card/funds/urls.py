from django.urls import URLPattern, URLResolver, path

from nanhu.systems.card.funds.views import holder, payouts, rooms

urlpatterns: list[URLPattern | URLResolver] = [
    path("", holder.funds, name="funds"),
    path("payouts/", payouts.desk.urls),
    path("rooms/", rooms.desk.urls),
]
