"""Who sets rules, who watches doors."""

from dataclasses import replace

from django.http import HttpRequest

from nanhu.kernel.actors import Actor, actor_of
from nanhu.kernel.registry import Viewer
from nanhu.platforms.identity.api import role_required

MANAGER = "access.manager"
GUARD = "access.guard"
watch_only = role_required(MANAGER, GUARD)
manager_only = role_required(MANAGER)


def viewer_of(request: HttpRequest) -> Viewer:
    """Set by the identity room on every signed-in request."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    return viewer


def person_at(request: HttpRequest) -> Actor:
    """The actor under the name that stands in rules and in the audit."""
    return replace(actor_of(request), name=viewer_of(request).name)
