"""The desk of posts (岗位): who holds which office of which unit, appointed one by one or by a list."""

from django.db.models import Q
from django.http import HttpResponseBase
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today
from nanhu.kernel.kit import (
    Badge,
    Choice,
    Console,
    Empty,
    Filters,
    Link,
    Number,
    PageRequest,
    Person,
    Search,
    Span,
    Table,
    Text,
    Views,
    Who,
    list_of,
    listing,
)
from nanhu.kernel.kit.listings import Listing
from nanhu.kernel.kit.records import record
from nanhu.kernel.kit.undoing import undoing
from nanhu.kernel.registry import Role
from nanhu.platforms.people.models import Office, Post, PostList, PostRollback
from nanhu.platforms.people.posts import services
from nanhu.platforms.people.posts import undoing as taking_back
from nanhu.platforms.people.posts.checking import CheckedPost, check_posts
from nanhu.platforms.people.posts.forms import AppointForm, EndPostForm, OfficeForm, PostListForm
from nanhu.platforms.people.posts.queries import office_names, post_lines
from nanhu.platforms.people.posts.sheets import POSTS

KEEPER = "people.posts"
PHASES = {"now": _("在任"), "later": _("未到任"), "over": _("已离任")}

desk = Console(
    "people:posts",
    _("岗位任职"),
    icon="users-round",
    owner=_("人事处"),
    description=_("各单位的负责人、秘书、辅导员是谁，从哪天到哪天"),
    roles=[Role(key=KEEPER, name=_("岗位管理员"), description=_("任命和免去各单位的岗位；流程按岗位找审批人"))],
    order=44,
)


rollbacks = Console(
    "people:post_rollbacks",
    _("岗位名单回滚"),
    icon="undo-2",
    owner=_("人事处"),
    description=_("交错的岗位名单整份撤销，两人办理"),
    roles=tuple(desk.roles.values()),
    order=45,
)
desk.shares_bar_with(rollbacks)


def phase_of(post: Post) -> str:
    today = campus_today()
    return "later" if post.starts_on > today else "over" if post.ends_on and post.ends_on < today else "now"


class Posts(Table):
    ordering = ("unit__code", "office__order")
    unit = Link(_("单位"), "unit__name", to="post", sort="unit__code")
    office = Text(_("岗位"), "office__name", is_term=True, sort="office__order")
    person = Person(_("任职人"), "person_id", sort="person__name")
    days = Span(_("任期"))
    phase = Badge(_("状态"), phase_of, names=PHASES, tones={"now": "good", "later": "info"}, tone="none", sort=False)
    document = Text(_("任职依据"), is_wide=True)


class PostFilters(Filters):
    q = Search("unit__name", "unit__code", "person__name", label=_("单位或姓名"))
    office = Choice(_("岗位"), lambda: office_names().items(), field="office__key")


def filters_today() -> type[Filters]:
    today = campus_today()
    over = Q(ends_on__lt=today)
    views = {
        "now": (_("在任"), Q(starts_on__lte=today) & ~over),
        "later": (_("未到任"), Q(starts_on__gt=today)),
        "over": (_("已离任"), over),
    }
    return type("PostFiltersToday", (PostFilters,), {"show": Views(views)})


@desk.page("", title=_("岗位任职"), tab=_("任职"), lead=_("流程按岗位找审批人：换了人，待办随岗位走，不用改流程。"))
def posts(request: PageRequest) -> HttpResponseBase:
    none = Empty(
        title=_("还没有任职"), icon="users-round", action=_("任命"), to="appoint", text=_("也可以交一份名单。")
    )
    return listing(request, Posts, post_lines(), filters_today(), empty=none, export_as="岗位任职")


@desk.form(
    "appoint/",
    AppointForm,
    title=_("任命"),
    button=_("任命"),
    icon="user-plus",
    to="posts",
    done=lambda post: _("已任命：%(post)s。") % {"post": post},
)
def appoint(request: PageRequest, form: AppointForm) -> Post:
    said = form.cleaned_data
    return services.appoint(
        by=request.actor,
        unit_id=said["unit"].id,
        office=said["office"],
        person_id=said["person"],
        starts_on=said["starts_on"],
        ends_on=said["ends_on"],
        document=said["document"],
    )


@posts.form(
    "<uuid:public_id>/",
    EndPostForm,
    title=_("免去岗位"),
    submit=_("免去"),
    tone="danger",
    subject=record(post_lines(), _("这个岗位")),
    to="posts",
    done=_("已免去。"),
    template="people/post.html",
)
def post(request: PageRequest, form: EndPostForm, found: Post) -> None:
    services.end_post(
        by=request.actor, post=found, reason=form.cleaned_data["reason"], last_day=form.cleaned_data["last_day"]
    )


class Offices(Table):
    name = Text(_("岗位"))
    key = Text(_("代码"), is_number=True)
    order = Number(_("顺序"), is_wide=True)


@desk.page("offices/", title=_("岗位种类"), tab=_("岗位种类"), lead=_("流程里写的是岗位种类，不是人名。"))
def offices(request: PageRequest) -> HttpResponseBase:
    return listing(request, Offices, Office.objects.all(), export_as="岗位种类")


@offices.form("new/", OfficeForm, title=_("增加岗位种类"), button=_("增加岗位种类"), to="offices", done=_("已增加。"))
def new_office(request: PageRequest, form: OfficeForm) -> Office:
    return services.add_office(by=request.actor, key=form.cleaned_data["key"], name=form.cleaned_data["name"])


class Lists(Table):
    title = Link(_("名称"), to="case")
    row_count = Number(_("行数"))
    document = Text(_("任职依据"), is_wide=True)
    author = Who(_("制单"), "author_name", at="created_at", account="author_id")
    approver = Who(_("复核"), "approver_name", account="approver_id")
    state = Badge(_("状态"), names=PostList.State.choices, tones={"posted": "good", "refused": "none"}, tone="warn")


class ListRows(Table):
    line = Number(_("行号"))
    unit = Text(_("单位"), "unit__name")
    office = Text(_("岗位"), "office__name")
    person = Person(_("任职人"), "person_id")
    days = Span(_("任期"))
    why = Text(_("没有写入的原因"))


def keep(by: Actor, form: PostListForm, rows: list[CheckedPost]) -> PostList:
    said = form.cleaned_data
    return services.make_list(
        by=by,
        token=said["token"],
        title=said["title"],
        document=said["document"],
        rows=rows,
        file_name=form.file_name,
    )


def rows_of(request: PageRequest, found: PostList) -> Listing:
    rows = found.rows.select_related("unit", "office").order_by("line")
    return list_of(request, ListRows, rows, per_page=100, caption=_("各行"))


lists = desk.intake(
    "lists/",
    PostList,
    Lists,
    POSTS,
    form=PostListForm,
    check=check_posts,
    keep=keep,
    title=_("岗位名单"),
    tab=_("名单"),
    lead=_("一位经办人交名单，整份检查；另一位复核后生效。"),
    empty=Empty(title=_("还没有交过名单"), icon="users-round", action=_("交第一份名单"), to="new"),
    new={
        "title": _("交岗位名单"),
        "lead": _("这一步只检查；提交后由另一位经办人复核，同意后才生效。"),
    },
    rows=rows_of,
    rows_at="rows.csv",
    agree=lambda found: _("同意任命 %(count)s 个岗位") % {"count": found.row_count},
    done={"approve": _("已同意，正在写入。"), "discard": _("已作废。")},
)

undoing(
    lists,
    rollbacks,
    PostRollback,
    on_ask=lambda by, batch, token, reason: taking_back.ask(by=by, batch=batch, token=token, reason=reason),
    on_agree=lambda by, found: taking_back.agree(by=by, rollback=found),
    title=_("岗位名单回滚"),
    warning=_(
        "这份名单任命的岗位全部撤销，好像没有任命过；这期间已经办的审批不变。后来免去、任满或随人员归并过一个的，整份不回滚。提出后由另一位复核：提出的人、当初制单和复核的人都不能批。"
    ),
    lead=_(
        "一位在名单的页上提出，另一位同意后整份撤销。提出的人、当初制单和复核的人都不能批，所以要有三位岗位管理员。"
    ),
    agree=lambda found: _("同意撤销 %(count)s 个岗位") % {"count": found.batch.row_count},
    done=lambda count: _("已回滚，撤销了 %(count)s 个岗位。") % {"count": count},
)
