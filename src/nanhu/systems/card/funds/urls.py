from django.urls import URLPattern, path

from nanhu.systems.card.funds.views import payouts

urlpatterns: list[URLPattern] = [
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
