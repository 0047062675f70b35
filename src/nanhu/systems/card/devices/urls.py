from django.urls import URLPattern

app_name = "card_devices"
urlpatterns: list[URLPattern] = []
