from django.urls import URLPattern, URLResolver, path

from nanhu.systems.card.closing.views import corrections, disputes, home, merchants, payouts, shop, statement

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="closing"),
    path("merchants/", merchants.merchants, name="merchants_office"),
    path("merchants/<str:key>/", merchants.merchant, name="merchant_office"),
    path("merchants/<str:key>/contract/", merchants.agree, name="merchant_contract"),
    path("merchants/<str:key>/people/", merchants.bind, name="merchant_bind"),
    path("settle/", merchants.settle, name="settle"),
    path("settlements/<str:number>/", merchants.settlement, name="settlement"),
    path("payouts/", payouts.payouts, name="merchant_payouts"),
    path("payouts/make/", payouts.make, name="merchant_payout_make"),
    path("payouts/<str:number>/", payouts.payout, name="merchant_payout"),
    path("payouts/<str:number>/file.csv", payouts.download, name="payout_file"),
    path("payouts/<str:number>/confirm/", payouts.confirm, name="payout_confirm"),
    path("merchant/", merchants.own, name="merchant"),
    path("merchant/<str:key>/", merchants.own, name="merchant_of"),
    path("merchant/<str:key>/refund/", shop.refund, name="merchant_refund"),
    path("disputes/", disputes.mine, name="disputes"),
    path("disputes/<int:number>/", disputes.mark, name="dispute"),
    path("statement/", statement.page, name="statement"),
    path("statement/statement.json", statement.download, name="statement_download"),
    path("statement/verify_statement.py", statement.verifier, name="statement_verifier"),
    path("", corrections.desk.urls),
]
