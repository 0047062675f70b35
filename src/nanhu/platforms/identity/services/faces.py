"""Which side of the campus somebody with several identities looks at."""

from django.http import HttpRequest

from nanhu.kernel.registry import Viewer
from nanhu.platforms.identity import queries
from nanhu.platforms.identity.services import sessions


def choose_face(request: HttpRequest, face: str) -> Viewer:
    """Look at the campus as `face` for the rest of this session; a face the viewer does not have changes nothing."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    if face not in viewer.faces or face == viewer.face:
        return viewer
    request.session[sessions.FACE] = face
    chosen = queries.viewer_of(account=request.user, session=request.sso_session, chosen_face=face)  # type: ignore[arg-type, attr-defined]
    request.viewer = chosen  # type: ignore[attr-defined]
    return chosen
