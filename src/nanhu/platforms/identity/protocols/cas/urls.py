"""/cas/: the addresses CAS clients know."""

from django.urls import path

from nanhu.platforms.identity.protocols.cas import login, logout, saml11, validation

urlpatterns = [
    path("login", login.login, name="cas_login"),
    path("logout", logout.logout, name="cas_logout"),
    path("validate", validation.cas1, name="cas_validate"),
    path("serviceValidate", validation.service_validate, name="cas_service_validate"),
    path("proxyValidate", validation.proxy_validate, name="cas_proxy_validate"),
    path("p3/serviceValidate", validation.p3_service_validate, name="cas_p3_service_validate"),
    path("p3/proxyValidate", validation.p3_proxy_validate, name="cas_p3_proxy_validate"),
    path("proxy", validation.proxy, name="cas_proxy"),
    path("samlValidate", saml11.saml_validate, name="cas_saml_validate"),
]
