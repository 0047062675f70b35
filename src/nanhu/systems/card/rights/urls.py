from django.urls import path

from nanhu.systems.card.rights.views import rules, verification

app_name = "rights"
urlpatterns = [
    path("", rules.overview, name="overview"),
    path("change/", rules.change, name="change"),
    path("history/", rules.history, name="history"),
    path("<uuid:public_id>/withdraw/", rules.withdraw, name="withdraw"),
    path("verify/", verification.verify, name="verify"),
    path("my-code/", verification.my_code, name="my_code"),
]
