from django.urls import URLPattern, path

from nanhu.systems.card.vendors import views

app_name = "vendors"
urlpatterns: list[URLPattern] = [
    path("mine/", views.mine, name="mine"),
    path("mine/<uuid:public_id>/end/", views.end, name="end_consent"),
    path("consent/<uuid:public_id>/", views.consent, name="consent"),
]
