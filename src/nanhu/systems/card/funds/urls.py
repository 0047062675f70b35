from django.urls import URLPattern, URLResolver, path

from nanhu.systems.card.funds.views import holder, payouts, reissue, rooms, shifts

urlpatterns: list[URLPattern | URLResolver] = [
    path("", holder.funds, name="funds"),
    path("cards/<uuid:public_id>/reissue/", reissue.reissue_card, name="counter_reissue"),
    path("reissues/<uuid:public_id>/", reissue.slip, name="reissue"),
    path("claims/", reissue.open_claims, name="open_claims"),
    path("shifts/", shifts.mine, name="shifts"),
    path("shifts/begin/", shifts.begin, name="shift_begin"),
    path("shifts/<uuid:public_id>/", shifts.shift, name="shift"),
    path("shifts/<uuid:public_id>/check/", shifts.check, name="shift_check"),
    path("shifts/<uuid:public_id>/explain/", shifts.explain, name="shift_explain"),
    path("shifts/<uuid:public_id>/send-back/", shifts.send_back, name="shift_send_back"),
    path("payouts/", payouts.desk.urls),
    path("rooms/", rooms.desk.urls),
]
