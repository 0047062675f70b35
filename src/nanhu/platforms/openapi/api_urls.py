"""`/api/<interface>/`: the developers' page, the description and the endpoints of each registered interface."""

import re

from django.urls import URLPattern, URLResolver, include, path, register_converter
from django.urls.converters import StringConverter

from nanhu.platforms.openapi.interfaces import NAME, Interface, interfaces
from nanhu.platforms.openapi.views import endpoint, guide


class NameConverter(StringConverter):
    regex = NAME


register_converter(NameConverter, "api_name")


def route_of(address: str) -> str:
    address = address.replace("{public_id}", "<uuid:public_id>")
    return re.sub(r"{(\w+)}", r"<api_name:\1>", address)


def urls_of(interface: Interface) -> list[URLPattern]:
    base = f"v{interface.version}/"
    addresses = dict.fromkeys(one.path for one in interface.operations)
    endpoint.answers_in_json(interface)
    return [
        path("", guide.guide(interface), name="guide"),
        path(f"{base}openapi.json", endpoint.openapi(interface), name="openapi"),
        *[
            path(
                base + route_of(address),
                endpoint.endpoint(interface, address),
                name=interface.address_name(address).partition(":")[2],
            )
            for address in addresses
        ],
        path(base, endpoint.unknown(interface), name="no_address"),
        path(f"{base}<path:rest>", endpoint.unknown(interface), name="unknown"),
    ]


urlpatterns: list[URLPattern | URLResolver] = [
    path("", guide.index, name="api_index"),
    *[path(f"{one.name}/", include((urls_of(one), f"{one.name}_api"))) for one in interfaces.values()],
    path("<slug:interface>/v1/", endpoint.not_installed, name="api_not_installed"),
    path("<slug:interface>/v1/<path:rest>", endpoint.not_installed, name="api_not_installed_below"),
]
