from django.urls import URLPattern, path

from nanhu.systems.card.funds.views import holder, payouts, reissue, shifts

urlpatterns: list[URLPattern] = [
    path("", holder.funds, name="funds"),
    path("cards/<uuid:public_id>/reissue/", reissue.reissue_card, name="counter_reissue"),
    path("reissues/<uuid:public_id>/", reissue.slip, name="reissue"),
    path("claims/", reissue.open_claims, name="open_claims"),
    path("shifts/", shifts.mine, name="shifts"),
    path("shifts/begin/", shifts.begin, name="shift_begin"),
    path("shifts/<uuid:public_id>/", shifts.shift, name="shift"),
    path("shifts/<uuid:public_id>/check/", shifts.check, name="shift_check"),
    path("shifts/<uuid:public_id>/send-back/", shifts.send_back, name="shift_send_back"),
    path("payouts/", payouts.batches, name="payouts"),
    path("payouts/new/", payouts.new, name="payout_new"),
    path("payouts/fundings/", payouts.fundings, name="payout_fundings"),
    path("payouts/<uuid:public_id>/", payouts.batch, name="payout"),
    path("payouts/<uuid:public_id>/submit/", payouts.submit, name="payout_submit"),
    path("payouts/<uuid:public_id>/discard/", payouts.discard, name="payout_discard"),
    path("payouts/<uuid:public_id>/approve/", payouts.approve, name="payout_approve"),
    path("payouts/<uuid:public_id>/refuse/", payouts.refuse, name="payout_refuse"),
    path("payouts/<uuid:public_id>/rows.csv", payouts.export, name="payout_export"),
]
