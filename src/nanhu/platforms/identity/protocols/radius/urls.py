from django.urls import path

from nanhu.platforms.identity.protocols.radius import views

urlpatterns = [
    path("authenticate", views.authenticate, name="radius_authenticate"),
    path("visitor", views.visitor, name="radius_visitor"),
    path("accounting", views.accounting, name="radius_accounting"),
]
