from django.urls import URLPattern, path

from nanhu.systems.card.pins.views import counter, holder

urlpatterns: list[URLPattern] = [
    path("", holder.own, name="pins"),
    path("counter/", counter.overview, name="pins_overview"),
    path("counter/cards/<uuid:public_id>/", counter.of_card, name="counter_pins"),
]
