from django.urls import URLPattern, path

from nanhu.systems.card.vendors.views import api, guide

app_name = "card_api"
urlpatterns: list[URLPattern] = [
    path("", guide.guide, name="guide"),
    path("v1/openapi.json", api.openapi, name="openapi"),
    *[
        path(
            "v1/" + address.replace("{public_id}", "<uuid:public_id>"), view,
            name=address.replace("/{public_id}", "_one").replace("/", "_"),
        )
        for address, view in api.ENDPOINTS.items()
    ],
    path("v1/", api.unknown, name="no_address"),
    path("v1/<path:rest>", api.unknown, name="unknown"),
]  # fmt: skip
