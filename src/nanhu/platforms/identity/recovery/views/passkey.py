"""A passkey as the way to a new password: the device knows its account, and it must be the one that is looked for."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from nanhu.kernel.actors import actor_of
from nanhu.kernel.errors import CampusError
from nanhu.platforms.identity.factors.services import passkey_proofs, passkeys
from nanhu.platforms.identity.factors.views.add import challenge_in_session
from nanhu.platforms.identity.factors.views.passkeys import SIGN_IN_CHALLENGE
from nanhu.platforms.identity.policies import open_page
from nanhu.platforms.identity.recovery.models import Attempt
from nanhu.platforms.identity.recovery.views import pages
from nanhu.platforms.identity.recovery.views.reset import accept_proof


@open_page
@require_http_methods(["GET", "HEAD", "POST"])
def reset_passkey(request: HttpRequest) -> HttpResponse:
    pages.attempt_here(request, Attempt.Kind.RESET)
    refusal, status = "", 200
    if request.method == "POST":
        try:
            passkey = passkey_proofs.prove(
                by=actor_of(request),
                question=challenge_in_session(request, SIGN_IN_CHALLENGE),
                answer=request.POST.get("credential", ""),
            )
            return accept_proof(request, account=passkey.account, method=passkeys.method_of(passkey))
        except CampusError as error:
            refusal, status = error.message, error.http_status
    return pages.shown(request, "reset_passkey", status=status, refusal=refusal)
