from django.urls import path

from nanhu.platforms.identity.administration.views import accounts, acts, bulk, grants, sign_ins, trail

urlpatterns = [
    path("accounts", accounts.search, name="admin_accounts"),
    path("accounts/<uuid:public_id>", accounts.account_page, name="admin_account"),
    path("accounts/<uuid:public_id>/unlock", acts.unlock, name="admin_unlock"),
    path("accounts/<uuid:public_id>/reset", acts.reset, name="admin_reset"),
    path("accounts/<uuid:public_id>/sign-out", acts.sign_out, name="admin_sign_out"),
    path("accounts/<uuid:public_id>/suspend", acts.suspend, name="admin_suspend"),
    path("accounts/<uuid:public_id>/resume", acts.resume, name="admin_resume"),
    path("accounts/<uuid:public_id>/new-password", acts.new_password, name="admin_new_password"),
    path("accounts/<uuid:public_id>/note", acts.note, name="admin_note"),
    path("accounts/<uuid:public_id>/factors", acts.remove_factors, name="admin_remove_factors"),
    path("accounts/<uuid:public_id>/roles/grant", acts.grant_role, name="admin_grant_role"),
    path("accounts/<uuid:public_id>/roles/revoke", acts.revoke_role, name="admin_revoke_role"),
    path("bulk", bulk.choose, name="bulk"),
    path("bulk/<uuid:public_id>", bulk.show, name="bulk_action"),
    path("bulk/<uuid:public_id>/confirm", bulk.confirm, name="bulk_confirm"),
    path("bulk/<uuid:public_id>/export", bulk.export, name="bulk_export"),
    path("bulk/<uuid:public_id>/letters", bulk.letters, name="bulk_letters"),
    path("roles", grants.grants, name="admin_roles"),
    path("sign-ins", sign_ins.log, name="sign_ins"),
    path("sign-ins/export", sign_ins.export, name="sign_ins_export"),
    path("audit", trail.log, name="audit"),
    path("audit/verify", trail.verify, name="audit_verify"),
    path("audit/export", trail.export, name="audit_export"),
    path("audit/verifier", trail.verifier, name="audit_verifier"),
    path("audit/roots", trail.roots, name="audit_roots"),
]
