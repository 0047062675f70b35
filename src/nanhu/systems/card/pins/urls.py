from django.urls import URLPattern, path

from nanhu.systems.card.pins.views import holder

urlpatterns: list[URLPattern] = [
    path("", holder.own, name="pins"),
]
