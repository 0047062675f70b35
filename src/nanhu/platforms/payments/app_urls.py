from django.urls import URLPattern, path

from nanhu.platforms.payments.views import app_endpoint

app_name = "payments_apps"
urlpatterns: list[URLPattern] = [path("<path:operation>", app_endpoint.ask, name="ask")]
