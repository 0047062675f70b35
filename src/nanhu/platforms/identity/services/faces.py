"""Which side of the campus somebody with several identities looks at."""

from django.http import HttpRequest

from nanhu.kernel.registry import Viewer
from nanhu.kernel.viewers import viewer_of
from nanhu.platforms.identity import queries
from nanhu.platforms.identity.current import session_of
from nanhu.platforms.identity.services import sessions


def choose_face(request: HttpRequest, face: str) -> Viewer:
    """Look at the campus as `face` for the rest of this session; a face the viewer does not have changes nothing."""
    viewer = viewer_of(request)
    if face not in viewer.faces or face == viewer.face:
        return viewer
    request.session[sessions.FACE] = face
    chosen = queries.viewer_of(account=request.user, session=session_of(request), chosen_face=face)  # type: ignore[arg-type]
    request.viewer = chosen  # type: ignore[attr-defined]
    return chosen
