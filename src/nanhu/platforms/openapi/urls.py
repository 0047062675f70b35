from django.urls import URLPattern, path

from nanhu.platforms.openapi.views import desk, secrets

app_name = "openapi"
urlpatterns: list[URLPattern] = [
    path("", desk.overview, name="overview"),
    path("register/", desk.register, name="register"),
    path("keys/<uuid:public_id>/rotate/", secrets.rotate, name="rotate_key"),
    path("keys/<uuid:public_id>/revoke/", secrets.revoke, name="revoke_key"),
    path("events/<uuid:public_id>/replay/", secrets.replay, name="replay"),
    path("<uuid:public_id>/", desk.vendor, name="vendor"),
    path("<uuid:public_id>/change/", desk.change, name="change"),
    path("<uuid:public_id>/switch/", desk.switch, name="switch"),
    path("<uuid:public_id>/log/", desk.log, name="log"),
    path("<uuid:public_id>/events/", desk.events, name="events"),
    path("<uuid:public_id>/keys/", secrets.make, name="make_key"),
    path("<uuid:public_id>/sandbox/", desk.reset_sandbox, name="reset_sandbox"),
    path("<uuid:public_id>/webhook/<str:kind>/", secrets.webhook, name="webhook"),
    path("<uuid:public_id>/webhook/<str:kind>/action/", secrets.webhook_action, name="webhook_action"),
]
