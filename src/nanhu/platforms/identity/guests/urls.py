from django.urls import path

from nanhu.platforms.identity.guests import views

urlpatterns = [
    path("guests", views.guests_page, name="guests"),
    path("guests/new", views.invite_guest, name="invite_guest"),
    path("guests/<uuid:public_id>/again", views.invite_again, name="invite_guest_again"),
    path("guests/<uuid:public_id>/prolong", views.prolong_guest, name="prolong_guest"),
    path("guests/<uuid:public_id>/end", views.end_guest, name="end_guest"),
]
