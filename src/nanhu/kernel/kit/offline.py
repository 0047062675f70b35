"""The service worker of a page that works without network (离线)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def page_worker(request: HttpRequest, *, cache: str, pages: str) -> HttpResponse:
    """Its scope is the folder that it comes from. `cache`: the name under which the page keeps itself and its files, `nanhu-own-…`
    where it is somebody's own, so that it goes with the sign-out (`ui/js/installed.js`); `pages`: a JavaScript expression for the paths of
    such pages."""
    facts = {"cache": cache, "pages": pages}
    return render(request, "kit/page_worker.js", facts, content_type="text/javascript; charset=utf-8")
