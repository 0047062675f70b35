"""What programs ask (`/api/<name>/v1/…`): no session, no cookie, no form, no page, so none of the middlewares that are about these. A third of what
Django costs such a request.

All others of `MIDDLEWARE` stand before it as they stand before everything: `tests/test_programs.py` holds both ways of asking against each other."""

import re
from collections.abc import Callable, Iterable
from typing import Any, Final

from django.conf import settings
from django.core.handlers.exception import convert_exception_to_response
from django.core.handlers.wsgi import WSGIHandler
from django.utils.module_loading import import_string

ADDRESS: Final = re.compile(r"/api/[0-9a-z_-]+/v[0-9]+/", re.ASCII)
FOR_PEOPLE: Final = frozenset(
    {
        "nanhu.services.network.portal.middleware.CaptiveMiddleware",
        "nanhu.kernel.middleware.PrefetchMiddleware",
        "whitenoise.middleware.WhiteNoiseMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "nanhu.platforms.identity.middleware.SignInMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "django_htmx.middleware.HtmxMiddleware",
        "nanhu.platforms.identity.middleware.IdentityMiddleware",
        "nanhu.platforms.portal.middleware.PreferencesMiddleware",
        "nanhu.kernel.middleware.ReadOnlyMiddleware",
    }
)
"""A view of programs is `csrf_exempt` and `login_not_required`, and judges by itself whether it writes (`openapi.views.endpoint`)."""
type Wsgi = Callable[[Any, Any], Iterable[bytes]]


class ProgramHandler(WSGIHandler):
    """Django's, with fewer middlewares."""

    def load_middleware(self, is_async: bool = False) -> None:
        if is_async:
            raise NotImplementedError
        own: Any = self  # django-stubs know little of a handler
        own._view_middleware, own._template_response_middleware, own._exception_middleware = [], [], []  # noqa: SLF001
        handler = convert_exception_to_response(own._get_response)  # noqa: SLF001
        for path in reversed([one for one in settings.MIDDLEWARE if one not in FOR_PEOPLE]):
            one = import_string(path)(handler)
            if hasattr(one, "process_view"):
                own._view_middleware.insert(0, one.process_view)  # noqa: SLF001
            if hasattr(one, "process_exception"):
                own._exception_middleware.append(one.process_exception)  # noqa: SLF001
            handler = convert_exception_to_response(one)
        own._middleware_chain = handler  # noqa: SLF001


class Programs:
    """A WSGI application around Django's."""

    def __init__(self, django: Wsgi, programs: Wsgi) -> None:
        self.django, self.programs = django, programs

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        is_program = ADDRESS.match(environ["PATH_INFO"]) is not None and not environ.get("SCRIPT_NAME")
        return (self.programs if is_program else self.django)(environ, start_response)
