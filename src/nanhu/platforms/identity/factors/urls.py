from django.urls import path

from nanhu.platforms.identity.factors.views import add, manage, new_devices, passkeys, scan, second

urlpatterns = [
    path("sign-in/second", second.second_factor, name="second_factor"),
    path("sign-in/second/send", second.send_code, name="second_factor_send"),
    path("sign-in/second/give-up", second.give_up, name="second_factor_give_up"),
    path("sign-in/second/passkey", passkeys.second_proof, name="second_factor_passkey"),
    path("sign-in/second/passkey/options", passkeys.second_options, name="second_factor_passkey_options"),
    path("sign-in/passkey", passkeys.sign_in, name="passkey_sign_in"),
    path("sign-in/passkey/options", passkeys.sign_in_options, name="passkey_sign_in_options"),
    path("sign-in/scan", scan.desktop, name="scan_desktop"),
    path("sign-in/scan/start", scan.start, name="scan_start"),
    path("sign-in/scan/state", scan.state, name="scan_state"),
    path("sign-in/scan/finish", scan.finish, name="scan_finish"),
    path("scan/done", scan.phone_done, name="scan_done"),
    path("scan/<str:token>", scan.phone, name="scan_phone"),
    path("account/factors", manage.factors_page, name="factors"),
    path("account/factors/add/totp", add.add_totp, name="add_totp"),
    path("account/factors/add/passkey", add.add_passkey, name="add_passkey"),
    path("account/factors/add/passkey/options", add.add_passkey_options, name="add_passkey_options"),
    path("account/factors/totp/remove", manage.remove_totp, name="remove_totp"),
    path("account/factors/passkeys/<uuid:public_id>/remove", manage.remove_passkey, name="remove_passkey"),
    path("account/factors/passkeys/<uuid:public_id>/rename", manage.rename_passkey, name="rename_passkey"),
    path("account/factors/contact", manage.turn_contact, name="turn_contact"),
    path("account/factors/codes", manage.new_recovery_codes, name="new_recovery_codes"),
    path("account/factors/browsers/forget", manage.forget_browsers, name="forget_browsers"),
    path("account/factors/browsers/<uuid:public_id>/forget", manage.forget_browser, name="forget_browser"),
    path("account/new-devices/<uuid:public_id>/mine", new_devices.it_was_me, name="new_device_mine"),
    path("account/new-devices/<uuid:public_id>/not-mine", new_devices.it_was_not_me, name="new_device_not_mine"),
]
