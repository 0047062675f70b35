"""`/v/<code>`: what the school says of a document, to whoever holds it. Nothing more, and nothing to guess."""

from datetime import timedelta

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from nanhu.kernel.errors import NotFoundError
from nanhu.kernel.printing.models import PrintedDocument
from nanhu.kernel.printing.papers import papers
from nanhu.kernel.throttle import Gate, Limit, admit, network_of

GUESSES = Limit("verify_code", free=20, cap=60, memory=timedelta(hours=1), leak=0.02)
"""A campus behind one address checks piles of them: only codes that lead nowhere count, and who holds a document is never locked out.
Of 2^128 codes nobody finds one by asking."""


@login_not_required
@never_cache
@require_safe
def verify(request: HttpRequest, code: str) -> HttpResponse:
    document = PrintedDocument.objects.filter(code=code).first()
    if document is None:
        admit([Gate(GUESSES, network_of(request.META.get("REMOTE_ADDR", "")))])
        raise NotFoundError(what=_("这个验证码的文件"))
    paper = papers.get(document.paper)
    facts = {"document": document, "kind": paper.name if paper else document.paper}
    answer = render(request, "printing/verify.html", facts)
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer
