"""The door at which 企业微信 tells what happened: signature, age, receiver, once each; answered at once, worked off by a job."""

import logging
from typing import Final

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from nanhu.kernel.bodies import declared_size
from nanhu.services.mobile.adapters.wecom.crypto import BadCallbackError
from nanhu.services.mobile.adapters.wecom.line import line
from nanhu.services.mobile.services import callbacks
from nanhu.services.mobile.services.callbacks import Signed

LARGEST: Final = 32 * 1024
log = logging.getLogger(__name__)


@login_not_required
@csrf_exempt
@never_cache
@require_http_methods(["GET", "POST"])
def callback(request: HttpRequest) -> HttpResponse:
    """GET: the administrator saves the address there, and the plain text comes back. A refusal tells nothing."""
    found = line()
    if found is None:
        raise Http404
    given = request.GET
    signed = Signed(
        signature=given.get("msg_signature", ""), timestamp=given.get("timestamp", ""), nonce=given.get("nonce", "")
    )
    try:
        if request.method == "GET":
            echo = callbacks.opened(found, signed, given.get("echostr", ""))
            return HttpResponse(echo, content_type="text/plain; charset=utf-8")
        if declared_size(request) > LARGEST:
            raise BadCallbackError("too large")  # noqa: TRY301 - answered like the rest
        callbacks.take(found, signed, request.body)
    except BadCallbackError as error:
        log.warning("a callback was refused: %s", error)
        return HttpResponse(status=403)
    return HttpResponse("success", content_type="text/plain")
