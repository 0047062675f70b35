"""Bulk (批量): one form for several rows of a list, which says first what will happen to which of them."""

from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Required, Unpack
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponseBase, HttpResponseRedirect
from django.utils.translation import gettext as _

from nanhu.kernel.errors import CampusError
from nanhu.kernel.kit.listings import Each, list_of
from nanhu.kernel.kit.pages import FormOptions, FormPage, Page, View, add_failure, status_of
from nanhu.kernel.kit.requests import PageRequest
from nanhu.kernel.kit.suggestions import read_by
from nanhu.kernel.kit.tables import Table
from nanhu.kernel.registry import Text

if TYPE_CHECKING:
    from nanhu.kernel.kit.consoles import Console

CHOSEN = "chosen"
MOST = 200


class BulkOptions(FormOptions, total=False):
    """`rows`: those that this reader may choose, found by `public_id`. `table`, `each`: how they are shown before it is done.
    `refuses`: why a row cannot be part of it, or nothing."""

    rows: Required[Callable[[PageRequest], QuerySet[Any]]]
    table: Required[type[Table]]
    each: Each
    refuses: Callable[[Any], Text]


class Bulk(FormPage):
    """Hangs under a list. Its function gets the rows that can be done, in one transaction: all or none."""

    def __init__(
        self,
        console: "Console",
        parent: Page,
        path: str,
        function: View,
        options: BulkOptions,
        *,
        form: type[forms.BaseForm],
    ) -> None:
        self.rows, self.table, self.each = options["rows"], options["table"], options.get("each")
        self.refuses = options.get("refuses", lambda _row: "")
        options.setdefault("template", "kit/bulk.html")
        super().__init__(console, parent, path, function, options, form=form)

    def taken(self, request: PageRequest) -> HttpResponseBase:
        chosen = self.chosen(request) if request.method == "POST" else []
        posted = len(set(request.POST.getlist(CHOSEN)))
        if not chosen:
            if posted:
                messages.warning(request, _("选中的行已经不在了，没有改动。"))
            return HttpResponseRedirect(self.next_address(request, None))
        if posted > MOST:
            messages.warning(request, _("一次最多办 %(most)s 项，下面是前 %(most)s 项。") % {"most": MOST})
        why_not = {row.pk: self.refuses(row) for row in chosen}
        able = [row for row in chosen if not why_not[row.pk]]
        shown = {
            "able": self.listed(request, able),
            "refused": self.listed(request, [row for row in chosen if why_not[row.pk]]),
            "reasons": sorted({str(why) for why in why_not.values() if why}),
            CHOSEN: [row.public_id for row in able],
        }
        if "confirmed" not in request.POST or not able:
            return self.filled(request, self.form_class(), **shown)
        form = read_by(self.form_class(request.POST, request.FILES), request.viewer)
        if not form.is_valid():
            return self.filled(request, form, status=HTTPStatus.UNPROCESSABLE_ENTITY, **shown)
        if len(able) < posted:  # somebody else was there meanwhile: nobody confirms what he was not shown
            form.add_error(None, _("有几项在此期间变了，没有办理。下面是现在可以办的，请再看一遍。"))
            return self.filled(request, form, status=HTTPStatus.CONFLICT, **shown)
        try:
            return self.act(request, form, able)
        except CampusError as error:
            add_failure(form, error)
            return self.filled(request, form, status=status_of(error), **shown)

    def chosen(self, request: PageRequest) -> list[Any]:
        wanted = [found for one in request.POST.getlist(CHOSEN)[:MOST] if (found := named(one))]
        return list(self.rows(request).filter(public_id__in=wanted).order_by("pk")) if wanted else []

    def listed(self, request: PageRequest, rows: Sequence[Any]) -> Any:
        each: dict[str, Any] = {"each": self.each} if self.each else {}
        return list_of(request, self.table, rows, per_page=MOST, caption=self.title, **each) if rows else None


def bulk(page: Page, path: str, form: type[forms.BaseForm], **options: Unpack[BulkOptions]) -> Callable[[View], Bulk]:
    """`listing(…, bulk="its name")` puts a box before each row of that list."""
    return lambda function: page.console.add(Bulk(page.console, page, path, function, options, form=form))


def named(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
