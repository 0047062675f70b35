"""What may be said about an application, and the shape it must have. Pages, seed and protocols all write through here."""

from collections.abc import Mapping
from typing import Any, TypedDict

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from nanhu.platforms.identity.errors import ApplicationRefusedError, UnsafeServiceAddressError
from nanhu.platforms.identity.models import Account, Application
from nanhu.platforms.identity.rules_urls import is_registrable, parsed_service


class Facts(TypedDict, total=False):
    """All but name and owner, which a new application must have."""

    description: str
    owner_unit_id: int | None
    contact: Account | None
    contact_text: str
    home_url: str
    health_url: str
    menu_section: str
    logout_url: str
    proxy_prefixes: list[str]
    proxy_targets: list[str]
    entitlements: list[str]
    user_name: str
    has_attributes_in_cas2: bool
    demands_second_factor: bool
    admits_grace: bool
    is_enabled: bool


class Changes(Facts, total=False):
    name: str
    owner: str


def checked(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts, after a look at every address among them."""
    for name in ("home_url", "health_url", "logout_url"):
        address = facts.get(name, "")
        if address and (parsed_service(address) is None or "#" in address):
            raise UnsafeServiceAddressError(address=address)
    if "?" in facts.get("logout_url", ""):
        raise UnsafeServiceAddressError(address=facts["logout_url"])
    for prefix in facts.get("proxy_prefixes", []):
        if not is_registrable(prefix):
            raise UnsafeServiceAddressError(address=prefix)
    targets = set(facts.get("proxy_targets", []))
    if unknown := targets - set(Application.objects.filter(key__in=targets).values_list("key", flat=True)):
        raise ApplicationRefusedError(problem=_("没有这个应用：%(key)s") % {"key": min(unknown)})
    return dict(facts)


def written(application: Application, facts: Mapping[str, Any]) -> None:
    """Put the facts into the record and have its shape checked. Raises ApplicationRefusedError with what is wrong."""
    for name, value in facts.items():
        setattr(application, name, value)
    try:
        application.full_clean(validate_unique=False)
    except ValidationError as error:
        raise ApplicationRefusedError(problem="；".join(error.messages)) from error
