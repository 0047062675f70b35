"""A small Django project with django-cas-ng, in a process of its own: `python cas_ng_site.py FOLDER PORT CAS_URL`.

Its settings and addresses are what the registry prints (`FOLDER/snippet.py`), beside what any project has.
"""

import json
import sys
from pathlib import Path
from typing import Any

import django
import requests
from django.conf import settings
from django.core.management import call_command
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path

from nanhu.testing.patience import PATIENCE_SECONDS

FOLDER, PORT, CAS_URL = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
HERE = f"http://127.0.0.1:{PORT}"

SETTINGS, _urls, URLS = (FOLDER / "snippet.py").read_text(encoding="utf-8").partition("# urls.py\n")
printed: dict[str, Any] = {
    "INSTALLED_APPS": [f"django.contrib.{one}" for one in ("auth", "contenttypes", "sessions", "messages")],
    "MIDDLEWARE": [
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
    ],
}
exec(SETTINGS, printed)  # noqa: S102  as a school would paste it
settings.configure(
    SECRET_KEY="only for this test",
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": FOLDER / "site.sqlite3"}},
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    USE_TZ=True,
    CAS_PROXY_CALLBACK=f"{HERE}/accounts/callback",
    CAS_ADMIN_PREFIX="/admin",
    **{name: value for name, value in printed.items() if name.isupper()},
)
django.setup()

from django_cas_ng.models import ProxyError, ProxyGrantingTicket  # noqa: E402


def home(request: HttpRequest) -> JsonResponse:
    """Who this site takes the browser for; nobody is sent anywhere."""
    known = {"user": request.user.get_username(), "attributes": request.session.get("attributes", {})}
    return JsonResponse(known, json_dumps_params={"ensure_ascii": False})


def far(request: HttpRequest) -> HttpResponse:
    """Ask another application in this person's name, and play that application: what does it learn of the ticket?"""
    target = request.GET["target"]
    try:
        ticket = ProxyGrantingTicket.retrieve_pt(request, target)
    except ProxyError as error:
        return HttpResponse(json.dumps([str(part) for part in error.args]), status=502)
    told = requests.get(
        f"{CAS_URL}p3/proxyValidate", params={"ticket": ticket, "service": target}, timeout=PATIENCE_SECONDS
    )
    return HttpResponse(told.text, content_type="text/plain")


urlpatterns = [path("", home), path("far", far)]
exec(URLS)  # noqa: S102

if __name__ == "__main__":
    call_command("migrate", verbosity=0)
    call_command("runserver", f"127.0.0.1:{PORT}", use_reloader=False, skip_checks=True, verbosity=0)
