"""Context processor: what every layout needs (`shell`, `school_brand`)."""

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from nanhu.kernel.ui.shell import shell_of


def ui(request: HttpRequest) -> dict[str, object]:
    """Lazily built, so that a JSON answer or a fragment pays nothing for the frame."""
    return {"shell": SimpleLazyObject(lambda: shell_of(request))}
