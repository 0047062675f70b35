"""The columns of a file that nobody has seen yet: each of our fields beside the headings, with what stands in them."""

from itertools import islice
from typing import Any

from django.http import HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.kit import PageRequest
from nanhu.platforms.datahub.batches import mapping
from nanhu.platforms.datahub.cleaning.masking import masked
from nanhu.platforms.datahub.cleaning.text import text_of
from nanhu.platforms.datahub.forms import MapForm
from nanhu.platforms.datahub.known_sources import source
from nanhu.platforms.datahub.labels import field_label
from nanhu.platforms.datahub.models import Batch
from nanhu.platforms.datahub.services.landing import stored_rows
from nanhu.platforms.datahub.views.batches import batch

SHOWN = 3
LONGEST = 12


def fields_of(_request: PageRequest, found: Batch) -> dict[str, Any]:
    """Values are masked by their looks: enough to know a column by."""
    spec, rows = source(found.source), list(islice(stored_rows(found), SHOWN))
    samples = {
        header: "、".join(masked(text_of(row.cells.get(header)))[:LONGEST] for row in rows if row.cells.get(header))
        for header in found.headings
        if header
    }
    headings = [(header, f"{header}（{said}）" if said else header) for header, said in samples.items()]
    fields = [(one.field, field_label(one.field), one.is_required) for one in spec.columns]
    return {
        "headings": headings,
        "fields": fields,
        "suggested": mapping.suggested(found),
        "contested": mapping.contested(found),
    }


@batch.form(
    "map/",
    MapForm,
    title=_("哪一列是什么"),
    lead=_(
        "这样的表头第一次见，或者有几列都像同一项。对一次，以后同样的文件自己认得；对错了，在批次页上按“重新对应”。"
    ),
    submit=_("就这样，开始处理"),
    arguments=fields_of,
)
def map_columns(request: PageRequest, form: MapForm, found: Batch) -> HttpResponseRedirect:
    columns, constants = form.said()
    done = mapping.map_columns(by=request.actor, batch_id=found.pk, columns=columns, constants=constants)
    return redirect("progress", public_id=done)


@batch.action("forget-columns/", done=_("已忘掉。同样表头的下一个文件会再问一次。"))
def forget_columns(request: PageRequest, found: Batch) -> None:
    mapping.forget_columns(by=request.actor, batch=found)
