from django.urls import path

from nanhu.platforms.identity.recovery.views import challenge, contacts, find, passkey, reset

urlpatterns = [
    path("find-account", find.find_account, name="find_account"),
    path("find-account/code", find.find_account_code, name="find_account_code"),
    path("find-account/code/again", find.find_account_resend, name="find_account_resend"),
    path("find-account/found", find.found_account, name="found_account"),
    path("forgot-password", reset.forgot_password, name="forgot_password"),
    path("forgot-password/ways", reset.reset_ways, name="reset_ways"),
    path("forgot-password/send", reset.reset_send_code, name="reset_send_code"),
    path("forgot-password/code", reset.reset_code, name="reset_code"),
    path("forgot-password/questions", reset.reset_questions, name="reset_questions"),
    path("forgot-password/passkey", passkey.reset_passkey, name="reset_passkey"),
    path("forgot-password/new", reset.reset_password, name="reset_password"),
    path("sign-in/challenge/<uuid:public_id>.png", challenge.challenge_picture, name="challenge_picture"),
    path("account/contacts", contacts.contacts_page, name="contacts"),
    path("account/contacts/<str:kind>", contacts.change_contact, name="change_contact"),
    path("account/contacts/<str:kind>/code", contacts.confirm_contact, name="confirm_contact"),
]
