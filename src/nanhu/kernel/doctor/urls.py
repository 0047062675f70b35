from django.urls import path

from nanhu.kernel.doctor.views import live, ready, roots

urlpatterns = [
    path("health/live", live, name="health-live"),
    path("health/ready", ready, name="health-ready"),
    path("health/roots", roots, name="health-roots"),
]
