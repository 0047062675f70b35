"""/saml/: the addresses of the identity provider."""

from django.urls import path

from nanhu.platforms.identity.protocols.saml.views import metadata, slo, sso

urlpatterns = [
    path("metadata", metadata.metadata, name="saml_metadata"),
    path("sso", sso.sso, name="saml_sso"),
    path("continue", sso.go_on_with, name="saml_continue"),
    path("start", sso.start, name="saml_start"),
    path("slo", slo.slo, name="saml_slo"),
    path("slo/answer", slo.slo_answer, name="saml_slo_answer"),
    path("slo/soap", slo.slo_soap, name="saml_slo_soap"),
]
