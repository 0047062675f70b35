from django.urls import URLPattern, URLResolver, path

from nanhu.systems.card.funds.views import holder, payouts

urlpatterns: list[URLPattern | URLResolver] = [
    path("", holder.funds, name="funds"),
    path("payouts/", payouts.desk.urls),
]
