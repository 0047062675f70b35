from django.urls import path

from nanhu.platforms.identity.factors.views import second

urlpatterns = [
    path("sign-in/second", second.second_factor, name="second_factor"),
    path("sign-in/second/send", second.send_code, name="second_factor_send"),
    path("sign-in/second/give-up", second.give_up, name="second_factor_give_up"),
]
