"""What the search finds here: persons, for those who look after accounts, as far as each may see them (查找人员)."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import Hit, Searchable, Viewer, searchables
from nanhu.platforms.identity.administration.console import desk
from nanhu.platforms.identity.administration.policies import DESK, holder_of, scope_of
from nanhu.platforms.identity.administration.queries.accounts import find_accounts


def persons(viewer: Viewer, text: str, limit: int) -> list[Hit]:
    """As 账号管理 finds them, in the scope of this viewer."""
    if not viewer.roles & frozenset(DESK):
        return []
    found = find_accounts(text, scope=scope_of(holder_of(viewer)), limit=limit)
    return [
        Hit(
            key=str(one.account.public_id),
            title=one.person.name,
            url=desk.address("account", {"public_id": one.account.public_id}),
            detail=" · ".join(f"{tie.campus_no} {tie.unit_name}" for tie in [one.person.leading_tie()] if tie),
            icon="user-round",
        )
        for one in found.rows
    ]


searchables.add(Searchable(key="identity.persons", title=_("人员"), icon="users-round", load=persons, order=60))
