"""The application registry (应用登记)."""

from collections.abc import Sequence

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.platforms.identity.errors import ServiceRefusedError, UnsafeServiceAddressError
from nanhu.platforms.identity.models import Application
from nanhu.platforms.identity.rules_urls import is_covered, parsed_service

DEFAULT_ATTRIBUTES = ("displayName", "campusNo", "department", "eduPersonAffiliation")


@transaction.atomic
def register_application(
    *,
    by: Actor,
    key: str,
    name: str,
    owner: str,
    service_prefix: str,
    attributes: Sequence[str] = DEFAULT_ATTRIBUTES,
    user_name: str = Application.UserName.STAFF_FIRST,
    logout_url: str = "",
) -> Application:
    """Add an application or bring its record up to date. `service_prefix` is an address without query or fragment."""
    for address in filter(None, (service_prefix, logout_url)):
        if parsed_service(address) is None or "?" in address or "#" in address:
            raise UnsafeServiceAddressError(address=address)
    application, is_new = Application.objects.update_or_create(
        key=key,
        defaults={
            "name": name,
            "owner": owner,
            "service_prefix": service_prefix,
            "attributes": list(attributes),
            "user_name": user_name,
            "logout_url": logout_url,
            "is_enabled": True,
        },
    )
    audit.record(
        by=by,
        action="identity.register_application",
        target=f"application:{key}",
        facts={"service_prefix": service_prefix, "attributes": list(attributes), "is_new": is_new},
    )
    return application


def application_for(service: str) -> Application:
    """The application a service address belongs to; the longest registered prefix wins."""
    covering = [
        application
        for application in Application.objects.filter(is_enabled=True)
        if is_covered(service=service, prefix=application.service_prefix)
    ]
    if not covering:
        raise ServiceRefusedError
    return max(covering, key=lambda application: len(application.service_prefix))
