from django.urls import URLPattern, path

from nanhu.systems.card.vendors.views import desk, holder, secrets

app_name = "vendors"
urlpatterns: list[URLPattern] = [
    path("", desk.overview, name="overview"),
    path("register/", desk.register, name="register"),
    path("mine/", holder.mine, name="mine"),
    path("mine/<uuid:public_id>/end/", holder.end, name="end_consent"),
    path("consent/<uuid:public_id>/", holder.consent, name="consent"),
    path("keys/<uuid:public_id>/rotate/", secrets.rotate, name="rotate_key"),
    path("keys/<uuid:public_id>/revoke/", secrets.revoke, name="revoke_key"),
    path("events/<uuid:public_id>/replay/", secrets.replay, name="replay"),
    path("<uuid:public_id>/", desk.vendor, name="vendor"),
    path("<uuid:public_id>/change/", desk.change, name="change"),
    path("<uuid:public_id>/switch/", desk.switch, name="switch"),
    path("<uuid:public_id>/log/", desk.log, name="log"),
    path("<uuid:public_id>/events/", desk.events, name="events"),
    path("<uuid:public_id>/keys/", secrets.make, name="make_key"),
    path("<uuid:public_id>/sandbox/", desk.start_over, name="start_over"),
    path("<uuid:public_id>/webhook/<str:kind>/", secrets.webhook, name="webhook"),
    path("<uuid:public_id>/webhook/<str:kind>/deed/", secrets.hook_deed, name="hook_deed"),
]
