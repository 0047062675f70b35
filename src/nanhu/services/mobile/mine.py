"""移动校园, as each person has it: whether one's 企业微信 is bound, since when and how; joining, undoing, leaving."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.clock import now
from nanhu.kernel.kit import Console, PageRequest
from nanhu.kernel.registry import Viewer
from nanhu.kernel.ui import qr
from nanhu.platforms.identity import api as identity
from nanhu.services.mobile import queries
from nanhu.services.mobile.adapters import choice
from nanhu.services.mobile.adapters.wecom.line import line
from nanhu.services.mobile.models import Binding, Member
from nanhu.services.mobile.rules import UNDO
from nanhu.services.mobile.services import bindings


def is_of_the_school(viewer: Viewer) -> bool:
    return viewer.person_id is not None and bool(viewer.faces & {"student", "staff"})


mine = Console(
    "mobile:mine",
    _("移动校园"),
    icon="smartphone",
    owner=_("信息中心"),
    description=_("在微信里打开校园：开通、查看和撤销企业微信的绑定"),
    allows=is_of_the_school,
    section="service",
    order=44,
)


@mine.page("", title=_("移动校园"), lead=_("在微信里点一下就进门户，消息、待办不用再登录。"))
def home(request: PageRequest) -> HttpResponse:
    person_id = request.viewer.person_id or 0
    binding, found = queries.living_binding(person_id), line()
    join = found.join_url if found else ""
    facts = {
        "is_on": choice.is_on(),
        "is_leaving": queries.has_withdrawn(person_id),
        "binding": binding,
        "member": Member.objects.filter(person_id=person_id).first(),
        "may_undo": binding is not None and now() - binding.bound_at <= UNDO,
        "history": Binding.objects.filter(person_id=person_id, ended_at__isnull=False).order_by("-ended_at")[:5],
        "has_agreed": queries.has_consent(person_id),
        "has_joined": queries.has_joined(person_id),
        "may_give_phone": queries.may_give_phone(person_id),
        "join_url": join,
        "join_code": qr.picture(join, scale=4) if join else "",
        "addresses": home.addresses_below(),
    }
    return render(request, "mobile/mine.html", facts)


def joined_words(binding: Binding | None) -> str:
    return say("已同意交出手机号。") if binding else say("已申请开通，几分钟内会收到加入的邀请。")


@home.action("join/", done=joined_words)
def join(request: PageRequest) -> Binding | None:
    person_id = request.viewer.person_id or 0
    bindings.join(by=request.actor, person_id=person_id)
    return queries.living_binding(person_id)


@home.action("undo/", done=_("已撤销。请检查您的手机号和密码是否安全。"))
def undo(request: PageRequest) -> None:
    session = identity.session_of(request)
    kept = None if bindings.METHOD in session.methods else session.pk  # 企业微信's may be the other's
    bindings.undo(by=request.actor, person_id=request.viewer.person_id or 0, session_id=kept)


@home.action("leave/", done=_("已解除绑定，您会从企业微信的通讯录移出。"))
def leave(request: PageRequest) -> None:
    bindings.leave(
        by=request.actor, person_id=request.viewer.person_id or 0, session_id=identity.session_of(request).pk
    )
