from django.urls import include, path

from nanhu.platforms.identity.administration.desk import desk as accounts
from nanhu.platforms.identity.guests.desk import desk as guests
from nanhu.platforms.identity.protocols.radius import wifi_pages
from nanhu.platforms.identity.views import activation, phone, security, setup, sign_in, sign_out

app_name = "identity"
urlpatterns = [
    path("sign-in", sign_in.sign_in_page, name="sign_in"),
    path("sign-in/again", sign_in.sign_in_again, name="sign_in_again"),
    path("sign-out", sign_out.sign_out, name="sign_out"),
    path("signed-out", sign_out.signed_out_page, name="signed_out"),
    path("signed-out/apps/<int:grant_id>", sign_out.notify_by_browser, name="front_logout"),
    path("activate", activation.activate_page, name="activate"),
    path("activate/code", activation.send_code, name="activate_code"),
    path("setup", setup.setup_page, name="setup"),
    path("setup/done", setup.setup_done, name="setup_done"),
    path("setup/<str:step>", setup.setup_step, name="setup_step"),
    path("privacy", setup.privacy_notice, name="privacy"),
    path("account", security.security_page, name="security"),
    path("account/password", security.change_password, name="change_password"),
    path("account/questions", security.change_questions, name="change_questions"),
    path("account/sessions", security.sessions_page, name="sessions"),
    path("account/sessions/end-others", security.end_other_sessions, name="end_other_sessions"),
    path("account/sessions/<uuid:public_id>/end", security.end_session, name="end_session"),
    path("help/wifi", wifi_pages.wifi_help, name="wifi_help"),
    path("help/wifi/wifi.mobileconfig", wifi_pages.mobileconfig, name="wifi_mobileconfig"),
    path("help/wifi/windows-<int:place>.xml", wifi_pages.windows, name="wifi_windows"),
    path("help/wifi/nanhu-ca.pem", wifi_pages.authority, name="wifi_authority"),
    path("demo/phone", phone.phone_page, name="demo_phone"),
    path("cas/", include("nanhu.platforms.identity.protocols.cas.urls")),
    path("", include("nanhu.platforms.identity.protocols.oidc.urls")),
    path("saml/", include("nanhu.platforms.identity.protocols.saml.urls")),
    path("radius/", include("nanhu.platforms.identity.protocols.radius.urls")),
    path("", include("nanhu.platforms.identity.registry.urls")),
    path("", include("nanhu.platforms.identity.factors.urls")),
    path("", include("nanhu.platforms.identity.recovery.urls")),
    path("identity/", accounts.urls),
    path("", include("nanhu.platforms.identity.personal.urls")),
    path("", guests.urls),
]
