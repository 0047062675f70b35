from django.urls import path

from nanhu.platforms.access.views import emergency, places, rules

app_name = "access"
urlpatterns = [
    path("", places.places, name="places"),
    path("places/<str:key>/", places.place, name="place"),
    path("places/<str:key>/log/", places.log, name="log"),
    path("places/<str:key>/reset/", places.reset, name="reset"),
    path("rules/", rules.rules, name="rules"),
    path("rules/new/", rules.new, name="rule_new"),
    path("rules/<uuid:public_id>/withdraw/", rules.withdraw, name="rule_withdraw"),
    path("emergency/", emergency.emergency, name="emergency"),
    path("emergency/<uuid:public_id>/close/", emergency.close, name="emergency_close"),
    path("mine/", places.mine, name="mine"),
]
