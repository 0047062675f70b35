"""The pages of one's own agreement with the bank. The desk stands in urls.py."""

from django.urls import path

from nanhu.platforms.payments.views import own_agreement

app_name = "agreement"
urlpatterns = [
    path("", own_agreement.agreement, name="own"),
    path("card/", own_agreement.bank_card, name="card"),
    path("cancel/", own_agreement.end, name="end"),
]
