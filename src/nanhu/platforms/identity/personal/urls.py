from django.urls import path

from nanhu.platforms.identity.personal.views import api, data, keys

urlpatterns = [
    path("account/tokens", keys.tokens_page, name="tokens"),
    path("account/tokens/make", keys.make_token, name="make_token"),
    path("account/tokens/<uuid:public_id>/revoke", keys.revoke_token, name="revoke_token"),
    path("account/app-passwords/make", keys.make_app_password, name="make_app_password"),
    path("account/app-passwords/<uuid:public_id>/revoke", keys.revoke_app_password, name="revoke_app_password"),
    path("account/data", data.data_page, name="my_data"),
    path("account/data/looks", data.looks_page, name="looks"),
    path("account/data/copy", data.ask_copy, name="ask_copy"),
    path("account/data/copy/<uuid:public_id>", data.download_copy, name="download_copy"),
    path("api/me", api.me, name="api_me"),
    path("api/me/<str:key>", api.records, name="api_records"),
    path("api/openapi.json", api.description, name="api_description"),
]
