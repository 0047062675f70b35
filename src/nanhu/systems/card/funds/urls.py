from django.urls import URLPattern, URLResolver, path

from nanhu.systems.card.funds.views import holder, payouts, reissue, room_decisions, rooms, shifts

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
    path("rooms/", rooms.lists, name="room_lists"),
    path("rooms/new/", rooms.new, name="room_new"),
    path("rooms/template.xlsx", rooms.template, name="room_template"),
    path("rooms/<uuid:public_id>/", rooms.room_list, name="room_list"),
    path("rooms/<uuid:public_id>/shares.csv", rooms.export, name="room_export"),
    path("rooms/<uuid:public_id>/submit/", room_decisions.submit, name="room_submit"),
    path("rooms/<uuid:public_id>/discard/", room_decisions.discard, name="room_discard"),
    path("rooms/<uuid:public_id>/approve/", room_decisions.approve, name="room_approve"),
    path("rooms/<uuid:public_id>/refuse/", room_decisions.refuse, name="room_refuse"),
    path("rooms/<uuid:public_id>/try-again/", room_decisions.try_again, name="room_try_again"),
    path("rooms/<uuid:public_id>/ask-back/", room_decisions.ask_back, name="room_ask_back"),
    path("rooms/<uuid:public_id>/keep/", room_decisions.keep_taken, name="room_keep"),
    path("rooms/<uuid:public_id>/give-back/", room_decisions.grant_back, name="room_give_back"),
]
