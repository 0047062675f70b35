"""The editors' desk (公告管理): the list, and each notice with its readers, its publication and its withdrawal. Writing is in views/writing.py."""

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.kit import (
    Badge,
    Console,
    Empty,
    Link,
    Moment,
    Number,
    PageRequest,
    Table,
    Text,
    form_of,
    listing,
)
from nanhu.kernel.kit.records import record
from nanhu.kernel.registry import Role
from nanhu.platforms.messages import queries
from nanhu.platforms.messages.body import body_html
from nanhu.platforms.messages.filters import DeskFilters
from nanhu.platforms.messages.forms import PublishForm, WithdrawalForm
from nanhu.platforms.messages.models import Notice
from nanhu.platforms.messages.services import publishing, writing
from nanhu.platforms.messages.templatetags.notices import is_over, is_soon
from nanhu.platforms.messages.views.reading import attachments_of

State = Notice.State
OVER, SOON = "over", "soon"
desk = Console(
    "messages:desk",
    _("公告管理"),
    icon="square-pen",
    owner=_("学校办公室"),
    description=_("撰写、发布公告，查看阅读情况"),
    roles=[Role(key=queries.EDITOR, name=_("公告编辑"), description=_("撰写、发布和撤回校内公告，查看阅读统计"))],
    order=60,
)


def shown_state(notice: Notice) -> str:
    if notice.state == State.PUBLISHED and is_soon(notice):
        return SOON
    return OVER if notice.state == State.PUBLISHED and is_over(notice) else notice.state


def readers_of(notice: Notice) -> str:
    """For whom it is."""
    return (
        _("%(audience)s（部分单位）") % {"audience": notice.get_audience_display()}
        if notice.for_units
        else notice.get_audience_display()
    )


class Notices(Table):
    title = Link(_("标题"), to="notice")
    state = Badge(
        _("状态"),
        shown_state,
        names={**dict(State.choices), OVER: _("已到期"), SOON: _("定时发布")},
        tones={State.PUBLISHED: "good", State.DRAFT: "warn", SOON: "info"},
        tone="none",
        sort="state",
    )
    audience = Text(_("发给谁"), readers_of, sort="audience")
    office_name = Text(_("发布单位"), sort="office__name")
    published_at = Moment(_("发布时间"))
    readers = Number(_("已读"), sort="readers")


@desk.page("", title=_("公告管理"), tab=_("全部公告"))
def notices(request: PageRequest) -> HttpResponseBase:
    none = Empty(
        title=_("这里还没有公告"),
        icon="square-pen",
        text=_("先存成草稿，看过预览再发布；发布之后可以看到多少人读过。"),
    )
    return listing(
        request,
        Notices,
        queries.on_the_desk(),
        DeskFilters,
        empty=none,
        export_as="公告",
        template="messages/desk.html",
    )


@notices.page(
    "<uuid:public_id>/", title=_("公告"), subject=record(Notice.objects.select_related("office"), _("这条公告"))
)
def notice(request: PageRequest, found: Notice) -> HttpResponse:
    facts = {
        "notice": found,
        "body": body_html(found.body),
        "attachments": attachments_of(found),
        "units": queries.unit_names_of(found),
        "share": queries.read_share(found),
        "days": queries.reads_by_day(found),
        "publication": form_of(request, PublishForm),
        "withdrawal": form_of(request, WithdrawalForm),
    }
    return render(request, "messages/manage.html", facts)


def published(notice: Notice) -> str:
    return str(_("到时候自动发布。") if is_soon(notice) else _("已发布，读者现在就能看到。"))


@notice.action("publish/", form=PublishForm, done=published)
def publish(request: PageRequest, form: PublishForm, found: Notice) -> Notice:
    return publishing.publish(by=request.actor, notice_id=found.pk, at=form.cleaned_data["at"])


@notice.action("withdraw/", form=WithdrawalForm, done=_("已撤回，读者不再看到它。"))
def withdraw(request: PageRequest, form: WithdrawalForm, found: Notice) -> None:
    publishing.withdraw(by=request.actor, notice_id=found.pk, reason=form.cleaned_data["reason"])


@notice.action("discard/", to="notices", done=_("草稿已删除。"))
def discard(request: PageRequest, found: Notice) -> None:
    writing.discard(by=request.actor, notice_id=found.pk)
