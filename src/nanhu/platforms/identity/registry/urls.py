from django.urls import path

from nanhu.platforms.identity.registry.views import access, change, connect, detail, listing, mine, register, release

urlpatterns = [
    path("applications/", listing.applications_page, name="applications"),
    path("applications/register", register.register_page, name="application_register"),
    path("applications/approvals", release.approvals_page, name="release_approvals"),
    path("applications/<slug:key>/", detail.application_page, name="application"),
    path("applications/<slug:key>/change", change.change_page, name="application_change"),
    path("applications/<slug:key>/switch", change.switch_page, name="application_switch"),
    path("applications/<slug:key>/reviewed", change.reviewed_page, name="application_reviewed"),
    path("applications/<slug:key>/access", access.access_page, name="application_access"),
    path("applications/<slug:key>/access/<int:number>/remove", access.remove_rule, name="application_rule_remove"),
    path("applications/<slug:key>/why", access.why_page, name="application_why"),
    path("applications/<slug:key>/maintenance", access.maintenance_page, name="application_maintenance"),
    path(
        "applications/<slug:key>/maintenance/<int:number>/end",
        access.end_maintenance,
        name="application_maintenance_end",
    ),
    path("applications/<slug:key>/attributes", release.attributes_page, name="application_attributes"),
    path("applications/<slug:key>/connect", connect.connect_page, name="application_connect"),
    path("applications/<slug:key>/protocols/<slug:kind>", connect.protocol_page, name="application_protocol"),
    path(
        "applications/<slug:key>/protocols/<slug:kind>/forget",
        connect.forget_protocol,
        name="application_protocol_forget",
    ),
    path("applications/<slug:key>/protocols/<slug:kind>/trial", connect.trial_page, name="application_trial"),
    path("account/applications", mine.account_applications, name="account_applications"),
]
