"""The desk of places: the tree, and what is closed."""

from django.http import HttpResponseBase
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.kit import Badge, Console, Empty, Markup, PageRequest, Table, Text, listing
from nanhu.kernel.kit.forms import ReasonForm
from nanhu.kernel.registry import Role
from nanhu.platforms.campus import queries, services
from nanhu.platforms.campus.models import Place

KEEPER = "campus.keeper"

desk = Console(
    "campus",
    _("各处地点"),
    icon="map-pin",
    owner=_("后勤处"),
    description=_("校区、楼宇、房间，哪些已停用"),
    roles=[Role(key=KEEPER, name=_("地点管理员"), description=_("停用和恢复楼宇、房间；停用后里面的门不再放人进入"))],
    order=46,
)


class Places(Table):
    name = Text(_("地点"), lambda line: "　" * line.depth + line.place.name)
    code = Text(_("代码"), "place__key", is_number=True)
    kind = Badge(_("种类"), "place__kind", names=Place.Kind.choices, tone="none")
    state = Badge(
        _("状态"),
        names={"open": _("使用中"), "closed": _("停用中"), "above": _("随上级停用")},
        tones={"open": "good"},
        tone="bad",
    )
    closed = Markup(_("为什么停用"), "campus/_closed.html")
    actions = Markup(_("操作"), "campus/_actions.html")


@desk.page("", title=_("各处地点"), lead=_("停用一个地点，里面各处一并停用；恢复后，单独停用过的仍停用。"))
def places(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("还没有地点"), icon="map-pin", text=_("地点随学校的初始数据建立。"))
    return listing(request, Places, queries.place_lines(), empty=none)


@places.form(
    "<str:key>/close/",
    ReasonForm,
    title=_("停用地点"),
    lead=_("停用后门不再放人进入，出门不受影响；规则和记录保留。"),
    submit=_("停用这个地点"),
    tone="danger",
    icon="ban",
    subject=queries.place_to_close,
    done=lambda place: _("%(name)s已停用。") % {"name": place.name},
)
def close(request: PageRequest, form: ReasonForm, place: Place) -> Place:
    return services.close_place(by=request.actor, place=place, reason=form.cleaned_data["reason"])


@places.form(
    "<str:key>/reopen/",
    ReasonForm,
    title=_("恢复地点"),
    submit=_("恢复使用"),
    icon="rotate-ccw",
    subject=queries.place_to_reopen,
    done=lambda place: _("%(name)s已恢复使用。") % {"name": place.name},
)
def reopen(request: PageRequest, form: ReasonForm, place: Place) -> Place:
    return services.reopen_place(by=request.actor, place=place, reason=form.cleaned_data["reason"])
