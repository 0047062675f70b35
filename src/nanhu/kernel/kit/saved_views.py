"""Saved views (视图): addresses of a list that a person keeps under a name of their own."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.db import transaction
from django.db.models import CharField, Exists, OuterRef
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect, QueryDict
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from nanhu.kernel.database.prepared import Given, Prepared
from nanhu.kernel.kit.filters import PASSING
from nanhu.kernel.kit.pages import Page, consoles
from nanhu.kernel.kit.requests import PageRequest, admit
from nanhu.kernel.models import SavedView
from nanhu.kernel.once import lock_key
from nanhu.kernel.viewers import viewer_of

MOST = 12
LONGEST_NAME, LONGEST_QUERY = 20, 1200


@dataclass(frozen=True, slots=True)
class ShownView:
    name: str
    url: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class SavedViews:
    """Of one list. `query`: what would be saved now; empty where the list stands as it is without an address."""

    page: str
    query: str
    shown: list[ShownView]

    @property
    def current(self) -> ShownView | None:
        return next((one for one in self.shown if one.is_current), None)


class ViewForm(forms.Form):
    name = forms.CharField(max_length=LONGEST_NAME)
    page = forms.CharField(max_length=100)
    query = forms.CharField(max_length=LONGEST_QUERY)


def key_of(page: Page) -> str:
    return f"{page.console.namespace}:{page.name}"


def page_with(key: str) -> Page:
    """A list has an address of its own; what hangs under a row has none to come back to."""
    namespace, _colon, name = key.rpartition(":")
    console = consoles.get(namespace)
    page = console.pages.get(name) if console is not None else None
    if page is None or "<" in page.path:
        raise Http404
    return page


def narrowing(address: QueryDict) -> str:
    kept = address.copy()
    for name in PASSING:
        kept.pop(name, None)
    return kept.urlencode()


def views_of(request: PageRequest) -> SavedViews:
    page, query = key_of(request.page), narrowing(request.GET)
    rows = VIEWS(account=request.viewer.account_id, page=page)
    return SavedViews(page, query, [ShownView(row.name, f"?{row.query}", row.query == query) for row in rows])


VIEWS = Prepared(
    lambda: SavedView.objects.filter(account_id=Given("account"), page=Given("page", CharField())).order_by(
        "created_at"
    )
)


@require_POST
def save(request: HttpRequest) -> HttpResponseBase:
    """Under a name; the same name again is another address. With `remove`, it goes."""
    form = ViewForm(request.POST)
    page = page_with(request.POST.get("page", ""))
    refused = admit(request, page.roles)
    if refused is not None:
        return refused
    viewer = viewer_of(request)
    if not page.is_allowed(viewer):
        raise Http404
    if not form.is_valid():
        messages.error(
            request, _("没有存成视图：名称要有 1 到 %(longest)s 个字，条件不能太长。") % {"longest": LONGEST_NAME}
        )
        return HttpResponseRedirect(page.address())
    said, account_id = form.cleaned_data, viewer.account_id
    own = SavedView.objects.filter(account_id=account_id, page=key_of(page))
    if "remove" in request.POST:
        own.filter(name=said["name"]).delete()
        return HttpResponseRedirect(page.address())
    query = narrowing(QueryDict(said["query"]))
    with transaction.atomic():
        lock_key(f"saved_views:{account_id}")
        if own.exclude(name=said["name"]).count() >= MOST:
            messages.error(request, _("一个列表最多存 %(most)s 个视图，先删掉一个。") % {"most": MOST})
        else:
            own.update_or_create(account_id=account_id, page=key_of(page), name=said["name"], defaults={"query": query})
            messages.success(request, _("已存成视图“%(name)s”。") % {"name": said["name"]})
    return HttpResponseRedirect(f"{page.address()}?{query}")


def copy_views(*, giver: int, taker: int) -> list[int]:
    """Two accounts were one person's: the taker gets copies, save where a name is taken or a list is full. Which were made."""
    lock_key(f"saved_views:{taker}")
    taken = set(SavedView.objects.filter(account_id=taker).values_list("page", "name"))
    kept, copies = Counter(page for page, _name in taken), []
    for view in SavedView.objects.filter(account_id=giver).order_by("created_at", "pk"):
        if (view.page, view.name) not in taken and kept[view.page] < MOST:
            kept[view.page] += 1
            copies.append(SavedView(account_id=taker, page=view.page, name=view.name, query=view.query))
    return [one.pk for one in SavedView.objects.bulk_create(copies)]


def remove_copies(pks: Iterable[int], *, giver: int, taker: int) -> None:
    """They were two people's after all. What the taker has changed since is the taker's own."""
    alike = {one: OuterRef(one) for one in ("page", "name", "query")}
    original = SavedView.objects.filter(account_id=giver, **alike)
    SavedView.objects.filter(Exists(original), account_id=taker, pk__in=list(pks)).delete()
