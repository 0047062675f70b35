"""/cas/: the addresses CAS clients know."""

from django.urls import path

from nanhu.platforms.identity.protocols.cas import login, validation

urlpatterns = [
    path("login", login.login, name="cas_login"),
    path("logout", login.logout, name="cas_logout"),
    path("validate", validation.cas1, name="cas_validate"),
    path("serviceValidate", validation.cas2, name="cas_service_validate"),
    path("p3/serviceValidate", validation.cas3, name="cas_p3_service_validate"),
]
