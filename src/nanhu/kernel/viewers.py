"""Who looks at a page: the viewer that identity's middleware has set on the request."""

from django.http import Http404, HttpRequest

from nanhu.kernel.registry import Viewer


def viewer_or_none(request: HttpRequest) -> Viewer | None:
    """None for a visitor, and for an account that is nobody's whom the campus knows."""
    found: Viewer | None = getattr(request, "viewer", None)
    return found


def viewer_of(request: HttpRequest) -> Viewer:
    """Of a page behind the sign-in. Raises Http404 where nobody is."""
    viewer = viewer_or_none(request)
    if viewer is None:
        raise Http404
    return viewer
