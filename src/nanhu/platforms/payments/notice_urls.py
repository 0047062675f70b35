from django.urls import URLPattern, path

from nanhu.platforms.payments.views import notices

app_name = "payments_notices"
urlpatterns: list[URLPattern] = [
    path("acp", notices.acp_notice, name="acp_notice"),
    path("bank/<slug:operation>", notices.bank_notice, name="bank_notice"),
]
