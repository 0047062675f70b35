"""/saml/: the addresses of the identity provider, and the pages of federations."""

from django.urls import path

from nanhu.platforms.identity.protocols.saml.views import feeds, metadata, slo, sso

urlpatterns = [
    path("metadata", metadata.metadata, name="saml_metadata"),
    path("sso", sso.sso, name="saml_sso"),
    path("continue", sso.go_on_with, name="saml_continue"),
    path("start", sso.start, name="saml_start"),
    path("slo", slo.slo, name="saml_slo"),
    path("slo/answer", slo.slo_answer, name="saml_slo_answer"),
    path("slo/soap", slo.slo_soap, name="saml_slo_soap"),
    path("federations", feeds.feeds_page, name="saml_feeds"),
    path("federations/<int:number>", feeds.feed_page, name="saml_feed"),
    path("federations/<int:number>/refresh", feeds.refresh_page, name="saml_feed_refresh"),
    path("federations/<int:number>/switch", feeds.switch_page, name="saml_feed_switch"),
]
