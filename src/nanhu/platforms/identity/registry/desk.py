"""The desk of the application registry, with its pages in the order of their tabs."""

from nanhu.platforms.identity.registry.console import desk

# isort: off
from nanhu.platforms.identity.registry.views import listing
from nanhu.platforms.identity.registry.views import register
from nanhu.platforms.identity.registry.views import detail
from nanhu.platforms.identity.registry.views import change
from nanhu.platforms.identity.registry.views import access
from nanhu.platforms.identity.registry.views import connect
from nanhu.platforms.identity.registry.views import release
# isort: on

__all__ = ["access", "change", "connect", "desk", "detail", "listing", "register", "release"]
