"""The frame around every page: bars and menu, built from the registry for who looks."""

from typing import cast

from django.http import HttpRequest
from django.urls import NoReverseMatch
from django.utils.crypto import salted_hmac
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from nanhu.kernel import registry
from nanhu.kernel.registry import Viewer, address_of
from nanhu.kernel.ui.shell import Place, Shell, Theme, TypeSize
from nanhu.kernel.viewers import viewer_or_none
from nanhu.platforms.portal import menu, queries
from nanhu.platforms.portal.guard import attempt
from nanhu.platforms.portal.services import preferences as liking
from nanhu.platforms.portal.services.preferences import Preferences


class PortalFrame:
    """Implements kernel.ui.shell.ShellOwner."""

    def shell_of(self, request: HttpRequest) -> Shell:
        chosen = liking.preferences_of(request)
        viewer = viewer_or_none(request)
        look = {"theme": cast("Theme", chosen.theme), "type_size": cast("TypeSize", chosen.type_size)}
        if viewer is None:
            return Shell(**look)  # type: ignore[arg-type]
        top, help_url = _top(request), help_on(request)
        return Shell(
            name=viewer.name,
            owner=salted_hmac("nanhu.portal.frame", str(viewer.account_id), algorithm="sha256").hexdigest()[:16],
            subtitle=viewer.campus_no,
            home_url=address_of("portal:home"),
            search_url=address_of("portal:search"),
            help_url=help_url,
            corrections_url=address_of("portal:corrections:mine"),
            top=top,
            bottom=_bottom(request, top),
            bell=_bell(request),
            bell_count=next((str(attempt(f"badge:{one.key}", one.badge).value or "") for one in registry.inboxes), ""),
            menu=_menu(viewer, chosen, help_url),
            **look,  # type: ignore[arg-type]
        )

    def language_was_chosen(self, request: HttpRequest, language: str) -> None:
        if viewer_or_none(request) is not None:
            liking.choose(request, name="language", value=language)


def help_on(request: HttpRequest) -> str:
    """Of this page: its section is looked up when somebody asks."""
    page = request.resolver_match.view_name if request.resolver_match else ""
    return f"{address_of('portal:help')}?{urlencode({'page': page})}"


def _place(request: HttpRequest, key: str, label: str, url: str, icon: str, *, primary: bool = False) -> Place:
    is_here = request.path == url or (url != "/" and request.path.startswith(url))
    return Place(key=key, label=label, url=url, icon=icon, primary=primary, current=is_here)


def _top(request: HttpRequest) -> tuple[Place, ...]:
    places = [
        _place(request, "home", _("首页"), address_of("portal:home"), "house"),
        _place(request, "apps", pgettext("navigation", "应用"), address_of("portal:applications"), "layout-grid"),
    ]
    addresses = [queries.notices_address(source) for source in registry.home_notices]
    notices = [_place(request, "notices", _("公告"), url, "megaphone") for url in addresses if url]
    return (*places, *notices)


def _bottom(request: HttpRequest, top: tuple[Place, ...]) -> tuple[Place, ...]:
    """首页 · 应用 · the primary application, raised · 待办 · 我的; what does not exist is not shown."""
    home, apps, *rest = top
    rest = [
        _place(
            request, one.key, str(one.bar), str(attempt(f"application:{one.key}", one.address).value or ""), one.icon
        )
        for one in menu.offered_to(request)
        if one.bar
    ] or rest
    me = _place(request, "me", _("我的"), address_of("portal:me"), "user-round")
    primary = next((one for one in menu.offered_to(request) if one.is_primary), None)
    url = attempt(f"application:{primary.key}", primary.address).value if primary else ""
    if primary is None or not url:
        return (home, apps, *rest, me)
    return (home, apps, _place(request, primary.key, str(primary.name), url, primary.icon, primary=True), *rest, me)


def _bell(request: HttpRequest) -> Place | None:
    for one in registry.inboxes:
        if url := str(attempt(f"inbox:{one.key}", one.url).value or ""):
            return _place(request, "inbox", _("我的消息"), url, "bell")
    return None


def _menu(viewer: Viewer, chosen: Preferences, help_url: str) -> tuple[Place, ...]:
    other_face = next(iter(viewer.faces - {viewer.face}), "")
    is_large = chosen.type_size == "large"
    places = [Place(key="me", label=_("个人信息与设置"), url=address_of("portal:me"), icon="user-round-cog")]
    if other_face:
        label = _("切换到学生界面") if other_face == "student" else _("切换到教工界面")
        places.append(_choice("face", other_face, label, "repeat-2"))
    if chosen.theme == "dark":
        places.append(_choice("theme", "light", _("浅色"), "sun"))
    else:
        places.append(_choice("theme", "dark", _("深色"), "moon"))
    places.append(
        _choice(
            "type_size", "normal" if is_large else "large", _("标准字号") if is_large else _("大字"), "a-large-small"
        )
    )
    places += [Place(key="help", label=_("这一页的帮助"), url=help_url, icon="circle-question-mark"), _sign_out()]
    return tuple(place for place in places if place.url)


def _choice(name: str, value: str, label: str, icon: str) -> Place:
    return Place(key=name, label=label, url=address_of("portal:choose", name, value), icon=icon, method="post")


def _sign_out() -> Place:
    try:
        url = address_of("identity:sign_out")
    except NoReverseMatch:
        url = ""
    return Place(key="sign_out", label=_("退出登录"), url=url, icon="log-out", method="post")
