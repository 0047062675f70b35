"""Who keeps vendors: the information centre's administrator of the open API."""

from dataclasses import replace

from django.http import HttpRequest

from nanhu.kernel.actors import Actor, actor_of
from nanhu.platforms.identity.api import role_required

KEEPER = "openapi.keeper"
keeper_only = role_required(KEEPER)


def keeper_at(request: HttpRequest) -> Actor:
    """Under the name that stands in the audit."""
    return replace(actor_of(request), name=request.viewer.name)  # type: ignore[attr-defined]  # set by the identity room
