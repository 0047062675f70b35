"""The pages of anonymous requests, which stand open and take no session: the browser takes tokens while signed in, and sends without.

A request that brings a session along is turned away, so that no slip of a script ties one to the other. Nothing here is logged,
audited, throttled by address or noted among what was opened lately.
"""

from typing import Annotated, Final, Literal
from uuid import UUID

import msgspec
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from nanhu.kernel import strict_json
from nanhu.kernel.clock import campus_today
from nanhu.kernel.errors import CampusError, NotFoundError
from nanhu.kernel.ui import dates
from nanhu.kernel.viewers import viewer_of
from nanhu.platforms.people import api as people
from nanhu.services.requests import policies
from nanhu.services.requests.errors import SealedRequestError
from nanhu.services.requests.models import AnonymousPhoto, Request
from nanhu.services.requests.rules import CROWD, CROWD_SHOWN_BY
from nanhu.services.requests.services import anonymous

PHOTOS: Final = 3
MEMBERS: Final = frozenset({"staff", "student"})
"""Faces of members of the school: a guest is none."""
HEX: Final = r"^[0-9a-f]+$"
type Hex = Annotated[str, msgspec.Meta(pattern=HEX, max_length=2048)]
type Words = Annotated[str, msgspec.Meta(min_length=1, max_length=2000, pattern=r"^[^\x00]*$")]
type Line = Annotated[str, msgspec.Meta(max_length=80, pattern=r"^[^\x00]*$")]


class Blinded(msgspec.Struct, forbid_unknown_fields=True):
    blinded: Annotated[list[Hex], msgspec.Meta(min_length=1, max_length=3)]


class Sent(msgspec.Struct, forbid_unknown_fields=True):
    """What the page sends without a session. `photos` are JPEG or PNG, which the browser has drawn anew."""

    kind: Literal["policy", "complaint", "opinion"]
    words: Words
    message: Hex
    signature: Hex
    reply_digest: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$")]
    reply_key: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$")]
    unit: Line = ""
    accused: Line = ""
    photos: Annotated[list[bytes], msgspec.Meta(max_length=PHOTOS)] = msgspec.field(default_factory=list)


class Code(msgspec.Struct, forbid_unknown_fields=True):
    digest: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$")]


def read[T](request: HttpRequest, kind: type[T]) -> T:
    """Without a session."""
    if settings.SESSION_COOKIE_NAME in request.COOKIES:
        raise SealedRequestError
    return read_body(request, kind)


def read_body[T](request: HttpRequest, kind: type[T]) -> T:
    try:
        return strict_json.decode(request.body, kind)
    except msgspec.DecodeError as error:
        raise SealedRequestError from error


def refusal(error: CampusError) -> JsonResponse:
    return JsonResponse({"error": error.code, "message": error.message}, status=error.http_status)


@never_cache
@login_not_required
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    facts = {"units": [one.as_typed for one in people.unit_choices(without_kinds=people.SMALL_UNITS)]}
    answer = render(request, "requests/anonymous.html", facts)
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


@never_cache
@login_not_required
@require_GET
def key(_request: HttpRequest) -> JsonResponse:
    """This term's key, as everybody gets it: the browser asks without a session, so that nobody is given one of his own."""
    known, taken = anonymous.key_of_term(), anonymous.crowd()
    crowd = {"is_enough": taken >= CROWD, "least": CROWD, "crowd": taken - taken % CROWD_SHOWN_BY}
    return JsonResponse({"term": known.term, "modulus": known.modulus, **crowd})


@never_cache
@require_http_methods(["GET", "POST"])
def tokens(request: HttpRequest) -> JsonResponse:
    """Signed in, a member of the school: how many tokens are left, or signatures under what the browser has blinded."""
    viewer = viewer_of(request)
    if viewer.person_id is None or not viewer.faces & MEMBERS:
        raise NotFoundError(what=_("这一页"))
    try:
        signed: list[str] = []
        if request.method == "POST":
            asked = read_body(request, Blinded)
            blinded = [bytes.fromhex(one) for one in asked.blinded if len(one) % 2 == 0]
            signed = [one.hex() for one in anonymous.issue(person_id=viewer.person_id, blinded=blinded)]
    except CampusError as error:
        return refusal(error)
    left = anonymous.tokens_left(viewer.person_id)
    return JsonResponse({"left": left, "signed": signed, "csrf": get_token(request)})


@csrf_exempt
@never_cache
@login_not_required
@require_POST
def send(request: HttpRequest) -> JsonResponse:
    """The token is its whole authority."""
    try:
        sent = read(request, Sent)
        if not sent.words.strip():
            raise SealedRequestError
        made, is_new = anonymous.file(
            kind=sent.kind,
            words=sent.words,
            unit=sent.unit,
            accused=sent.accused,
            message=unhexed(sent.message),
            signature=unhexed(sent.signature),
            reply_digest=bytes.fromhex(sent.reply_digest),
            reply_key=bytes.fromhex(sent.reply_key),
            photos=sent.photos,
        )
    except CampusError as error:
        return refusal(error)
    return JsonResponse({"number": made.number, "is_new": is_new})


def unhexed(text: str) -> bytes:
    if len(text) % 2:
        raise SealedRequestError
    return bytes.fromhex(text)


@csrf_exempt
@never_cache
@login_not_required
@require_POST
def replies(request: HttpRequest) -> JsonResponse:
    """For whoever holds the code: its digest is asked, what comes back is sealed to it. A wrong one is not there."""
    try:
        found = anonymous.sealed_replies(bytes.fromhex(read(request, Code).digest))
        if found is None:
            raise NotFoundError(what=_("这个回执码对应的请求"))
    except CampusError as error:
        return refusal(error)
    one, sealed = found
    answers = [
        {"day": dates.short_day(reply.day, campus_today().year), "content": bytes(reply.content).hex()}
        for reply in sealed
    ]
    return JsonResponse({"number": one.number, "state": str(one.get_state_display()), "replies": answers})


@require_GET
def photo(request: HttpRequest, public_id: UUID, number: int) -> HttpResponse:
    """For who handles the request; there is no author to look on."""
    viewer = viewer_of(request)
    rows = [found.filter(public_id=public_id) for found in policies.handled(viewer)]
    if not any(found.exists() for found in rows):
        raise NotFoundError(what=Request.what)
    found = AnonymousPhoto.objects.filter(request_id=public_id)[number : number + 1]
    for one in found:
        headers = {
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
            "Content-Disposition": "attachment",
        }
        content = bytes(one.content)
        kind = "image/png" if content.startswith(b"\x89PNG") else "image/jpeg"
        return HttpResponse(content, content_type=kind, headers=headers)
    raise NotFoundError(what=Request.what)
