"""What is not run, and expected failures that become a page or JSON, never a 500."""

from collections.abc import Callable, Mapping

from django.db import DataError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse

from nanhu.kernel import read_only
from nanhu.kernel.database import away
from nanhu.kernel.errors import CampusError
from nanhu.kernel.ui import error_pages

NO_NUL = "cannot contain NUL"
"""What psycopg says before it sends anything."""
HEALTH = "/health/"
"""What load balancers ask answers for itself."""
PURPOSES = ("HTTP_SEC_PURPOSE", "HTTP_PURPOSE", "HTTP_X_PURPOSE", "HTTP_X_MOZ")
"""Where browsers say that nobody has pressed yet."""
AHEAD = ("prefetch", "preview", "prerender")


class PrefetchMiddleware:
    """What a browser asks before anybody pressed is not run: pages note that they were read, hand out tickets and write sheets with the
    data of persons. The browser asks again when somebody presses."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if is_prefetch(request):
            return HttpResponse(status=503, headers={"Cache-Control": "no-store"})
        return self.get_response(request)


def is_prefetch(request: HttpRequest) -> bool:
    said = [request.META[name].lower() for name in PURPOSES if name in request.META]
    return any(word in one for one in said for word in AHEAD)


class DatabaseAwayMiddleware:
    """While the database is known to be away nobody waits for a connection: 503, and when to come again."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(HEALTH) and away.is_away():
            return error_pages.unavailable(request)
        return self.get_response(request)


class ExpectedFailureMiddleware:
    """Shows a CampusError that a view let through, and a page where only a button leads. What is asked with a NUL names nothing: PostgreSQL's texts hold none."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self.get_response(request)
        if isinstance(answer, HttpResponseNotAllowed):
            return error_pages.not_alone(request, answer)
        return answer

    def process_view(
        self, _request: HttpRequest, _view: object, _arguments: object, named: Mapping[str, object]
    ) -> None:
        if any(isinstance(value, str) and "\0" in value for value in named.values()):
            raise Http404

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, DataError) and NO_NUL in str(error):
            return error_pages.bad_request(request)
        if not isinstance(error, CampusError):
            return None
        if request.accepts("text/html"):
            return error_pages.refused(request, error)
        return JsonResponse({"error": error.code, "message": error.message}, status=error.http_status)


class ReadOnlyMiddleware:
    """While the school is read-only, whatever would change something is answered with a sentence and what was typed (`kernel.read_only`).

    A view whose answers have a shape of their own says `judges_read_only_itself`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: object, _arguments: object, _named: Mapping[str, object]
    ) -> HttpResponse | None:
        if request.method in read_only.SAFE or not read_only.is_on() or getattr(view, "judges_read_only_itself", False):
            return None
        match = request.resolver_match
        if match is not None and read_only.is_open(match.view_name):
            return None
        return error_pages.read_only_answer(request)
