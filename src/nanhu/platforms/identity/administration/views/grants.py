"""Who holds which role: for who grants them, and for who watches."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models.functions import Now
from django.http import HttpResponseBase
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import registry
from nanhu.kernel.kit import Choice, Empty, Filters, Link, Moment, PageRequest, Table, Text, Who, listing
from nanhu.kernel.kit.waiting import entered
from nanhu.platforms.identity.administration.console import desk
from nanhu.platforms.identity.administration.policies import WATCHERS
from nanhu.platforms.identity.administration.queries.accounts import Row, name_units, rows_of
from nanhu.platforms.identity.models import RoleGrant
from nanhu.platforms.identity.policies import SECURITY, has_role
from nanhu.platforms.identity.services.roles import left_behind, live
from nanhu.platforms.people import api as people


@dataclass(frozen=True, slots=True)
class Held:
    """`row`: whose it is; of a merged record, who has all of it today."""

    grant: RoleGrant
    row: Row | None

    @property
    def public_id(self) -> UUID:
        return (self.row.account if self.row else self.grant.account).public_id


def with_people(grants: Sequence[RoleGrant]) -> list[Held]:
    name_units(grants)
    rows = {row.account.pk: row for row in rows_of(list({one.account.person_id for one in grants}))}
    return [Held(one, rows.get(one.account_id)) for one in grants]


def with_heirs(grants: Sequence[RoleGrant]) -> list[Held]:
    name_units(grants)
    heirs = people.heirs(one.account.person_id for one in grants)
    rows = {row.account.person_id: row for row in rows_of(list(set(heirs.values())))}
    return [Held(one, rows.get(heirs.get(one.account.person_id, 0))) for one in grants]


def role_name(held: Held) -> str:
    found = registry.roles.get(held.grant.role)
    is_marked = found is not None and found.is_administrative
    return format_html('{} <span class="sub">{}</span>', held.grant.called, _("管理角色") if is_marked else "")


class GrantFilters(Filters):
    role = Choice(_("角色"), lambda: [(role.key, role.name) for role in registry.roles])


class Grants(Table):
    name = Text(_("姓名"), "row__person__name")
    number = Text(_("学工号"), "row__tie__campus_no", is_number=True)
    role = Text(_("角色"), role_name, sort="role")
    unit = Text(_("单位"), "grant__unit_name", sort="unit_code")
    ends = Moment(_("期限"), "grant__ends_at", sort="ends_at")
    granted = Who(_("由谁授予"), "grant__granted_by", sort="created_at")
    granted_at = Moment(_("授予时间"), "grant__created_at", sort="created_at")
    reason = Text(_("原因"), "grant__reason")


class GrantsToChange(Grants):
    name = Link(_("姓名"), "row__person__name", to="account")


@desk.page(
    "roles",
    title=_("角色"),
    tab=_("角色"),
    lead=_(
        "三员分立：系统、安全、审计三类管理角色，一人只能有一类。要授予角色，安全管理员在“账号”里找到那个人，在他的页上授予。"
    ),
    roles=WATCHERS,
)
def grants(request: PageRequest) -> HttpResponseBase:
    here = RoleGrant.objects.filter(live(), account__person__merged_into=None)
    held = here.select_related("account").order_by("role", "created_at")
    table = GrantsToChange if has_role(request.viewer, SECURITY) else Grants
    nobody = Empty(title=_("没有人有这个角色"), icon="shield", text=_("第一位由控制台授予：nanhu accounts grant。"))
    return listing(request, table, held, GrantFilters, each=with_people, empty=nobody)


@desk.page(
    "roles/left",
    title=_("合并后待定的角色"),
    tab=_("待定角色"),
    roles={SECURITY},
    count=entered("identity.left_roles", lambda: left_behind(Now())),
    waits=True,
    lead=_(
        "两份记录合并为一人时，并入的那份记录的账号停用，它的角色不会自动转到保留的账号：给谁什么权由人决定。点姓名，在他的页上授予或收回。"
    ),
)
def left_roles(request: PageRequest) -> HttpResponseBase:
    left = left_behind().select_related("account").order_by("role", "created_at")
    nobody = Empty(title=_("没有待定的角色"), icon="shield", text=_("合并记录后留下的角色会列在这里。"))
    return listing(request, GrantsToChange, left, GrantFilters, each=with_heirs, empty=nobody)
