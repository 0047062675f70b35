"""Who may: roles of accounts, how freshly somebody signed in, and the mark of pages that are open while set-up is due."""

from collections.abc import Callable, Collection
from datetime import timedelta
from functools import wraps
from typing import TYPE_CHECKING, Any, overload
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from nanhu.kernel.clock import now
from nanhu.kernel.outgoing import parts_of
from nanhu.kernel.registry import Role, Viewer
from nanhu.kernel.viewers import viewer_or_none
from nanhu.platforms.identity import queries
from nanhu.platforms.identity.current import session_or_none
from nanhu.platforms.identity.rules_urls import is_own_path

if TYPE_CHECKING:
    from nanhu.platforms.identity.models import SsoSession

type View = Callable[..., HttpResponseBase]
SYSTEM, ADMIN, CLERK = "campus.admin", "identity.admin", "identity.clerk"
SECURITY, AUDITOR = "identity.security", "identity.auditor"
ROLES = {
    key: Role(key=key, name=name, description=description, is_administrative=True)
    for key, name, description in (
        (SYSTEM, _("系统管理员"), _("运行系统、登记应用；不看审计，不授角色")),
        (SECURITY, _("安全管理员"), _("授予角色、管策略、重置第二因素；不登记应用，不碰审计")),
        (AUDITOR, _("审计管理员"), _("查看、核验、导出审计与登录日志；什么也不能改")),
        (ADMIN, _("账号管理员"), _("全校的账号：查找、解锁、柜台重置、停用与恢复")),
        (CLERK, _("单位账号管理员"), _("只能查看和管理本单位（含下级）人员的账号")),
    )
}
FRESH_MINUTES = 10
OPENED_FRESH, OPENED_KEPT = "identity.opened_fresh", 20


def has_role(viewer: Viewer | None, role: str) -> bool:
    return viewer is not None and role in viewer.roles


def role_required(*roles: str) -> Callable[[View], View]:
    """Open to holders of one of the roles; a stranger is told that there is no such page.

    Whose role rests because this session has no second factor is led to it, and comes back here.
    """

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *arguments: Any, **options: Any) -> HttpResponseBase:
            refused = admit(request, frozenset(roles))
            return view(request, *arguments, **options) if refused is None else refused

        guarded.roles = frozenset(roles)  # type: ignore[attr-defined]  # for who must judge before the view runs
        return guarded

    return guard


def admit(request: HttpRequest, roles: frozenset[str]) -> HttpResponseBase | None:
    """None lets in who holds one of the roles. The guard of every console (`nanhu.kernel.kit`), too."""
    viewer = viewer_or_none(request)
    if viewer is not None and viewer.roles & roles:
        return None
    session = session_or_none(request)
    if session is not None and queries.withheld_roles(session) & roles:
        return led_to("identity:second_factor", request)
    raise Http404


@overload
def fresh_sign_in(view: View, *, minutes: int = FRESH_MINUTES) -> View: ...


@overload
def fresh_sign_in(view: None = None, *, minutes: int = FRESH_MINUTES) -> Callable[[View], View]: ...


def fresh_sign_in(view: View | None = None, *, minutes: int = FRESH_MINUTES) -> View | Callable[[View], View]:
    """Opens to who proved who he is in the last minutes: for pay slips, keys, and what is not undone.

    Others prove it once more (password or passkey) and come back. A form that was opened in time may be sent for as
    long again; one that comes later is not acted upon, and its sender reads so.
    """
    patience = timedelta(minutes=minutes)

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *arguments: Any, **options: Any) -> HttpResponseBase:
            session = session_or_none(request)
            if session is None:
                return led_to("identity:sign_in", request)
            is_page = request.method in ("GET", "HEAD")
            if proved_within(session, patience):
                if is_page:
                    note_opening(request)
                return view(request, *arguments, **options)
            if is_page:
                return led_to("identity:sign_in_again", request)
            if was_opened_fresh(request, patience):
                return view(request, *arguments, **options)
            return render(request, "identity/not_fresh.html", {"back": page_before(request)}, status=403)

        return guarded

    return guard if view is None else guard(view)


def second_factor_required(view: View) -> View:
    """Opens to a session that proved a second factor; others are led to it (or to adding one), and come back to a page."""

    @wraps(view)
    def guarded(request: HttpRequest, *arguments: Any, **options: Any) -> HttpResponseBase:
        session = session_or_none(request)
        if session is None or session.second_factor_at is None:
            return led_to("identity:second_factor", request)
        return view(request, *arguments, **options)

    return guarded


def proved_within(session: "SsoSession", patience: timedelta) -> bool:
    return now() - session.authenticated_at <= patience


def has_proved_lately(request: HttpRequest) -> bool:
    """Whoever sent this proved in the last minutes who he is, or opened the form in time that he sends now."""
    session = session_or_none(request)
    patience = timedelta(minutes=FRESH_MINUTES)
    if session is None:
        return False
    return proved_within(session, patience) or (request.method == "POST" and was_opened_fresh(request, patience))


def proof_address(request: HttpRequest) -> str:
    return led_to("identity:sign_in_again", request).url


def note_opening(request: HttpRequest, paths: Collection[str] = ()) -> None:
    """Of the page itself, or of what its forms are sent to."""
    new = dict.fromkeys(paths or (request.path,), now().timestamp())
    opened: dict[str, float] = request.session.get(OPENED_FRESH, {})
    kept = [(path, at) for path, at in opened.items() if path not in new]
    request.session[OPENED_FRESH] = dict(kept[-OPENED_KEPT:]) | new


def note_fresh_opening(request: HttpRequest, paths: Collection[str]) -> None:
    """Not of a page that is shown again below a refusal: what let that in is an opening itself, which it would prolong for ever."""
    session = session_or_none(request)
    if session is not None and proved_within(session, timedelta(minutes=FRESH_MINUTES)):
        note_opening(request, paths)


def was_opened_fresh(request: HttpRequest, patience: timedelta) -> bool:
    """Whether the form that comes now was opened in time, by this session."""
    opened: float | None = request.session.get(OPENED_FRESH, {}).get(request.path)
    return opened is not None and now().timestamp() - opened <= patience.total_seconds()


def page_before(request: HttpRequest) -> str:
    """The page of ours that the form stood on: what takes a form alone cannot be opened."""
    came_from = parts_of(request.headers.get("Referer", ""))
    path = came_from.path + (f"?{came_from.query}" if came_from.query else "")
    is_ours = came_from.netloc == request.get_host() and is_own_path(path)
    return path if is_ours else reverse("identity:security")


def led_to(name: str, request: HttpRequest, *, back: str = "") -> HttpResponseRedirect:
    return HttpResponseRedirect(f"{reverse(name)}?{urlencode({'next': back or request.get_full_path()})}")


def open_during_setup(view: View) -> View:
    """This page opens for an account that must still set its password and security questions."""
    view.open_during_setup = True  # type: ignore[attr-defined]
    return view


def closed_during_setup(view: View) -> View:
    """Open to strangers, yet not to an account that must still set itself up: what hands out tickets."""
    view.open_during_setup = False  # type: ignore[attr-defined]
    return view


def open_page(view: View) -> View:
    """Open to strangers, also while set-up is due; kept by no cache, its fields in no report."""
    opened: View = login_not_required(never_cache(sensitive_post_parameters()(view)))
    return opened


def open_after_setup(view: View) -> View:
    """The same, and closed during set-up."""
    return closed_during_setup(open_page(view))


def is_open_during_setup(view: object) -> bool:
    """What every stranger may see (styles, language, health) stays open, unless it says otherwise."""
    return bool(getattr(view, "open_during_setup", not getattr(view, "login_required", True)))
