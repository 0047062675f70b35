"""The endpoint of outside apps: who asks is known by its secret, each question counts once, each answer is signed."""

from hashlib import sha256
from hmac import compare_digest
from typing import Any

import msgspec
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from nanhu.kernel import read_only
from nanhu.kernel.actors import Actor
from nanhu.kernel.attempts import attempt
from nanhu.kernel.errors import CampusError
from nanhu.kernel.once import lock_key
from nanhu.platforms.payments import app_wire, wire
from nanhu.platforms.payments.app_operations import APP_OPERATIONS, AppOperation, AppQuestion, Facts
from nanhu.platforms.payments.errors import RequestReusedError
from nanhu.platforms.payments.models import AppRequest, Channel
from nanhu.platforms.terminals.api import read_object

LONGEST_REQUEST = 40


@csrf_exempt
@login_not_required
@require_POST
def ask(request: HttpRequest, operation: str) -> HttpResponse:
    app = authentic(request, operation)
    if app is None:
        return HttpResponse(
            b'{"outcome":"refused","code":"signature_wrong"}', status=401, content_type="application/json"
        )
    number = request.headers["Nanhu-Request"]
    answer = answer_of(request, operation, app, number)
    body = msgspec.json.encode(answer)
    text = app_wire.answer_text(operation=operation, request=number, status=200, body=body)
    signature = app_wire.sealed(app.their_key, text)
    headers = {"Nanhu-Signature": signature}
    if answer["code"] == read_only.ReadOnlyError.code:
        headers["Retry-After"] = str(read_only.RETRY_SECONDS)
    return HttpResponse(body, content_type="application/json", headers=headers)


def authentic(request: HttpRequest, operation: str) -> Channel | None:
    headers = request.headers
    number, clock = headers.get("Nanhu-Request", ""), headers.get("Nanhu-Clock", "")
    app = Channel.objects.filter(kind=Channel.Kind.APP, key=headers.get("Nanhu-App", ""), is_on=True).first()
    if app is None or operation not in APP_OPERATIONS or not 0 < len(number) <= LONGEST_REQUEST:
        return None
    text = app_wire.request_text(operation=operation, app=app.key, request=number, clock=clock, body=request.body)
    if not compare_digest(app_wire.sealed(app.their_key, text).encode(), headers.get("Nanhu-Signature", "").encode()):
        return None
    return app if wire.is_timely(clock) else None


def answer_of(request: HttpRequest, operation: str, app: Channel, number: str) -> Facts:
    asked_for = APP_OPERATIONS[operation]
    by = Actor(account_id=None, name=f"app:{app.key}", address=request.META.get("REMOTE_ADDR", ""))
    fingerprint = sha256(f"{operation}\n".encode() + request.body).digest()
    try:
        question = AppQuestion(app=app, request=number, body=read_object(request.body), by=by)
        if not asked_for.goes_on and read_only.is_on():
            return kept_answer(question, fingerprint) or done(known_answer(asked_for, question))
        if asked_for.known is not None:
            return done(asked_for.work(question))
    except CampusError as error:
        return refused(error)
    return answer_once(asked_for, question, fingerprint)


def answer_once(asked_for: AppOperation, question: AppQuestion, fingerprint: bytes) -> Facts:
    """The number, what is done under it and the answer stand in one transaction: all of it was done, or none and it may be
    asked again. Whoever asks the same at the same time waits for the first."""
    with transaction.atomic(durable=True):
        lock_key(f"payments_app:{question.app.pk}:{question.request}")
        kept = kept_answer(question, fingerprint)
        if kept is not None:
            return kept
        answer = answered(asked_for, question)
        AppRequest.objects.create(
            app=question.app,
            request=question.request,
            fingerprint=fingerprint,
            answer=msgspec.json.encode(answer).decode() if asked_for.writes else "",
        )
        return answer


def kept_answer(question: AppQuestion, fingerprint: bytes) -> Facts | None:
    """What this very question was answered; that the number is used where it was another, or one that only looked. None: it is new."""
    known = AppRequest.objects.filter(app=question.app, request=question.request).first()
    if known is None:
        return None
    if not known.answer or bytes(known.fingerprint) != fingerprint:
        return refused(RequestReusedError())
    return msgspec.json.decode(known.answer, type=dict[str, Any])


def answered(asked_for: AppOperation, question: AppQuestion) -> Facts:
    try:
        return attempt(lambda: done(asked_for.work(question)))
    except CampusError as error:
        return refused(error)


def done(facts: Facts) -> Facts:
    return {"outcome": "done", "code": "ok", **facts}


def known_answer(asked_for: AppOperation, question: AppQuestion) -> Facts:
    """While the school is read-only: who ordered before and lost our answer must not hear that nothing was done."""
    facts = asked_for.known(question) if asked_for.known is not None else None
    if facts is None:
        raise read_only.ReadOnlyError
    return facts


def refused(error: CampusError) -> Facts:
    return {"outcome": "refused", "code": error.code, "sentence": str(error)}
