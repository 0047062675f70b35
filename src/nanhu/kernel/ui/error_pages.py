"""Error pages: what happened, what to do, and a number under which the log knows more."""

import json
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from uuid import uuid4

import structlog
from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.forms import BooleanField, Field
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.request import UnreadablePostError
from django.shortcuts import render, resolve_url
from django.template.loader import render_to_string
from django.utils.cache import add_never_cache_headers
from django.utils.choices import flatten_choices
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import read_only
from nanhu.kernel.database import away
from nanhu.kernel.errors import CampusError
from nanhu.kernel.logs import is_quiet
from nanhu.kernel.viewers import viewer_or_none

log = structlog.get_logger()
JSON_ENDPOINTS: dict[str, Callable[[HttpRequest, int], HttpResponse]] = {}
"""Addresses (by how they begin) below which programs ask: who answers there with what, instead of a page."""

SENTENCES = {
    HTTPStatus.BAD_REQUEST: (_("这个请求看不懂"), _("请回到上一页重新来过；如果是收藏的地址，可能已经过期。")),
    HTTPStatus.FORBIDDEN: (_("这里不对您开放"), _("如果您的工作需要它，请找本单位的管理员开通。")),
    HTTPStatus.NOT_FOUND: (_("没有找到这个页面"), _("地址可能写错了，页面可能搬走了，也可能它不对您开放。")),
    HTTPStatus.METHOD_NOT_ALLOWED: (
        _("这个地址不能直接打开"),
        _("它是某一页上的一个按钮，什么也没有办。请重新打开那一页，再按一次。"),
    ),
    HTTPStatus.SERVICE_UNAVAILABLE: (
        _("系统正在恢复，请稍等片刻"),
        _("数据库暂时连不上。没有存下半截的东西，几秒钟后再试即可。"),
    ),
    HTTPStatus.INTERNAL_SERVER_ERROR: (
        _("我们这边出了点问题"),
        _("不是您的错，也没有存下半截的东西。请过一会儿再试。"),
    ),
}
LONGEST_SHORT = 40
MOST_TYPED = 200_000
"""Letters of a form that come back to who typed them; more stays in the browser, one page back."""
SECRET_PARTS = {"password", "passphrase", "pin", "secret", "code", "credential"}
SECRET_NAMES = re.compile(r"new|again|card_number|id_number|(answer|again)_\d+")
"""Of a new PIN or password, a bank card, a document, answers to the questions that bring a password back."""
UUID_FORM = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
OWN_FIELD = "csrfmiddlewaretoken"
SUBMIT_AGAIN = (
    _("这个页面放得太久了"),
    _("为了安全，表单没有提交。请重新打开那一页，再填一次。"),
)
EXPIRED = _("登录过期了，还没有提交")
SIGN_IN_AGAIN = _("请在新打开的页里登录，再回到这一页，按“再提交一次”。")
SIGN_IN_FIRST = _("请在新打开的页里登录。")


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    return _page(request, HTTPStatus.BAD_REQUEST)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    return _page(request, HTTPStatus.FORBIDDEN)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    return _page(request, HTTPStatus.NOT_FOUND)


def not_alone(request: HttpRequest, refusal: HttpResponse) -> HttpResponse:
    """The address of a button, opened by itself (kept, loaded again, gone back to): a page in the place of an empty one, for a browser alone."""
    is_page = request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate"
    if refusal.content or not is_page or "text/html" not in request.headers.get("Accept", ""):
        return refusal
    answer = _page(request, HTTPStatus.METHOD_NOT_ALLOWED)
    answer.headers["Allow"] = refusal.headers["Allow"]
    return answer


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Somebody signed in anew meanwhile, as the same person or as another: what came from a page of ours comes back to be sent again."""
    log.warning("ui.csrf_failure", reason=reason, path=request.path)
    if is_form_of_ours(request):
        return not_taken(request)
    return _page(request, HTTPStatus.FORBIDDEN, SUBMIT_AGAIN)


def not_taken(request: HttpRequest) -> HttpResponse:
    """A form that came too late, with what was typed: whoever is signed in sends it again, under the name that the page says; where nobody
    is who has to be, one signs in first, on a page beside it."""
    viewer = viewer_or_none(request)
    is_shut = viewer is None and getattr(request.resolver_match and request.resolver_match.func, "login_required", True)
    kept = typed(request)
    facts = {
        "what": EXPIRED if is_shut else SUBMIT_AGAIN[0],
        "todo": (SIGN_IN_AGAIN if kept.get("can_be_sent") else SIGN_IN_FIRST) if is_shut else "",
        "sign_in": resolve_url(settings.LOGIN_URL) if is_shut else "",
        "name": viewer.name if viewer else "",
    }
    answer = render(request, "ui/not_taken.html", facts | kept, status=HTTPStatus.FORBIDDEN)
    add_never_cache_headers(answer)  # it holds what somebody wrote
    return answer


def is_form_of_ours(request: HttpRequest) -> bool:
    """Sent by a page of this house, and for a page: what another one sends is not shown back, nor offered to be sent."""
    if request.method != "POST" or not request.accepts("text/html") or "HX-Request" in request.headers:
        return False
    if any(request.path.startswith(prefix) for prefix in JSON_ENDPOINTS):
        return False
    if "Sec-Fetch-Site" in request.headers:
        is_ours = request.headers["Sec-Fetch-Site"] == "same-origin"
        return is_ours and request.headers.get("Sec-Fetch-Mode") == "navigate"
    return request.headers.get("Origin") == f"{request.scheme}://{request.get_host()}"


def server_error(request: HttpRequest) -> HttpResponse:
    """Called while the exception is being handled; its page needs no database, no session and no frame."""
    if away.note(sys.exception()):
        return unavailable(request)
    return _page(request, HTTPStatus.INTERNAL_SERVER_ERROR)


def unavailable(request: HttpRequest) -> HttpResponse:
    """The database is away: come again, programs too."""
    answer = _page(request, HTTPStatus.SERVICE_UNAVAILABLE)
    answer.headers["Retry-After"] = str(away.RETRY_SECONDS)
    return answer


def refused(request: HttpRequest, error: CampusError) -> HttpResponse:
    """An expected failure's page. Its code is the program's word and stays in the log, under the number that is shown."""
    number = uuid4().hex[:8].upper()
    log.info("ui.refused", number=number, code=error.code, status=error.http_status, path=request.path)
    return render(request, "ui/refused.html", {"error": error, "number": number}, status=error.http_status)


def read_only_answer(request: HttpRequest) -> HttpResponse:
    """Nothing was done: a page with what was typed, to be sent again later; for programs and scripts the sentence alone, and the page
    that a script belongs to stays as it is and says so (`refusals.js`): somebody may be typing there."""
    error = read_only.ReadOnlyError()
    if not is_quiet(request.path):
        log.info("ui.read_only", path=request.path)
    answer: HttpResponse
    if not request.accepts("text/html") or request.headers.get("Sec-Fetch-Mode", "navigate") != "navigate":
        answer = JsonResponse({"error": error.code, "message": error.message}, status=error.http_status)
    else:
        context = {"error": error, "spell": read_only.current(), **typed(request)}
        answer = render(request, "ui/read_only.html", context, status=error.http_status)
    answer.headers["Retry-After"] = str(read_only.RETRY_SECONDS)
    if request.headers.get("HX-Request"):
        answer.headers["HX-Reswap"] = "none"
        answer.headers["HX-Trigger"] = json.dumps({"nanhu:read-only": error.message})
    return answer


def typed(request: HttpRequest) -> dict[str, object]:
    """What a form came with, but for secrets and files. Where something was left out it is not to be sent again as it is."""
    try:
        posted = [(name, value) for name, values in request.POST.lists() for value in values]
        files = sorted({file.name or "" for _name, values in request.FILES.lists() for file in values})
    except (SuspiciousOperation, UnreadablePostError):
        return {}
    sent = [(name, value) for name, value in posted if name != OWN_FIELD]
    kept = [(name, value) for name, value in sent if not (value and is_secret(name))]
    if sum(len(name) + len(value) for name, value in kept) > MOST_TYPED:
        return {"files": files}
    has_secrets, fields = len(kept) < len(sent), fields_at(request)
    found = [Typed(name, value, fields.get(name)) for name, value in kept]
    return {
        "typed": found,
        "lines": [one for one in found if one.shown and not one.is_text],
        "texts": [one for one in found if one.shown and one.is_text],
        "files": files,
        "has_secrets": has_secrets,
        "can_be_sent": bool(kept) and not (files or has_secrets),
    }


def fields_at(request: HttpRequest) -> Mapping[str, Field]:
    """Of the form that this address takes, where its view says so (`form_fields`): how they are called. The fields of the class alone, for
    nobody has been asked yet whether the sender may see more."""
    view = request.resolver_match.func if request.resolver_match else None
    say: Callable[[], Mapping[str, Field]] = getattr(view, "form_fields", dict)
    return say()


@dataclass(frozen=True, slots=True)
class Typed:
    """One value of a form that was not taken."""

    name: str
    value: str
    field: Field | None = None

    @property
    def label(self) -> str:
        """How its field is called on the page; empty where nobody says."""
        return str(self.field.label or "") if self.field is not None else ""

    @property
    def shown(self) -> str:
        """As people read it; empty for what nobody typed: the mark of a form, what a page carries along unseen."""
        if self.field is None:
            return "" if UUID_FORM.fullmatch(self.value) else self.value
        if self.field.widget.is_hidden:
            return ""
        if isinstance(self.field, BooleanField):
            return gettext("是")
        choices = getattr(self.field, "choices", None)
        listed: Iterable[tuple[Any, Any]] = flatten_choices(choices) if isinstance(choices, list) else ()
        return str(next((words for key, words in listed if str(key) == self.value), self.value))

    @property
    def is_text(self) -> bool:
        """Too long for a line."""
        return "\n" in self.value or len(self.value) > LONGEST_SHORT


def is_secret(name: str) -> bool:
    """By a whole part of it, `old_pin` is, `pinned` and `mapping` are not; or by all of it."""
    parts = re.split(r"[_\-.\d]", name.lower())
    return not SECRET_PARTS.isdisjoint(parts) or SECRET_NAMES.fullmatch(name.lower()) is not None


def _page(request: HttpRequest, status: HTTPStatus, words: tuple[object, object] | None = None) -> HttpResponse:
    what, todo = words or SENTENCES[status]
    for prefix, answer in JSON_ENDPOINTS.items():
        if request.path.startswith(prefix):
            return answer(request, int(status))
    number = uuid4().hex[:8].upper()
    is_ours = status >= HTTPStatus.INTERNAL_SERVER_ERROR
    is_crash = status == HTTPStatus.INTERNAL_SERVER_ERROR
    log.log(
        40 if is_crash else 20, "ui.error_page", number=number, status=int(status), path=request.path, exc_info=is_crash
    )
    if not request.accepts("text/html"):
        return JsonResponse({"error": status.phrase, "message": str(what), "number": number}, status=status)
    context = {"what": what, "todo": todo, "number": number, "is_ours": is_ours}
    if is_ours:
        return HttpResponse(_last_page(context), status=status)
    return render(request, "ui/error.html", context, status=status)


def _last_page(context: dict[str, object]) -> str:
    """The page of a crash; a line of plain words where even templates or addresses are broken."""
    try:
        return render_to_string("ui/error.html", context)
    except Exception:
        log.exception("ui.error_page_failed", number=context["number"])
        return format_html("<!doctype html><title>{0}</title><h1>{0}</h1><p>{1}</p><p>{2}</p>", *context.values())
