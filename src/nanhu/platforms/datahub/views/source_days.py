"""What a source did, day by day, summed over its batches: a table that is followed has thousands of them, of few rows each."""

from uuid import UUID

from django.db.models import QuerySet, UUIDField, Value
from django.http import HttpResponseBase
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.clock import end_of, start_of
from nanhu.kernel.errors import NotFoundError
from nanhu.kernel.kit import Empty, Link, Number, PageRequest, Table, Text, listing
from nanhu.kernel.ui import dates
from nanhu.platforms.datahub.feeding.reading import source_key_of
from nanhu.platforms.datahub.models import Batch, DataSource, QualityDay
from nanhu.platforms.datahub.views.desk import Batches
from nanhu.platforms.datahub.views.sources import data_source

SUMMED = ("batches", "created", "changed", "removed", "rejected")
NOTHING = Empty(title=_("还没有生效的批次"), icon="calendar-days")


def words_of(one: QualityDay) -> str:
    said = _now(
        "%(batches)s 批：新增 %(created)s 行，改了 %(changed)s 行，去掉 %(removed)s 行，%(rejected)s 行没有通过"
    )
    return said % {name: f"{getattr(one, name):,}" for name in SUMMED}


class SourceDays(Table):
    day = Link(_("日期"), lambda one: dates.short_day(one.day, None), to="source_day", by=("public_id", "pk"))
    said = Text(_("变更"), words_of)


class BatchesOfDay(Batches):
    removed = Number(_("去掉"), "counts__removed")


@data_source.page(
    "days/", title=_("每天的变化"), lead=_("一天里的各批合起来：多少行来了，改了，去掉了。点一天，看它的各批。")
)
def source_days(request: PageRequest, made: DataSource) -> HttpResponseBase:
    days = QualityDay.objects.filter(source=source_key_of(made)).exclude(last=None).order_by("-day")
    return listing(request, SourceDays, days.annotate(public_id=Value(made.public_id, UUIDField())), empty=NOTHING)


def day_of(public_id: UUID, pk: int) -> QualityDay:
    made = DataSource.objects.filter(public_id=public_id).first()
    found = QualityDay.objects.filter(pk=pk, source=source_key_of(made)).first() if made else None
    if found is None:
        raise NotFoundError(what=_("这一天"))
    return found


def batches_of(told: QualityDay) -> QuerySet[Batch]:
    span = {"created_at__gte": start_of(told.day), "created_at__lt": end_of(told.day)}
    return Batch.objects.filter(source=told.source, **span).defer("gone", "differences").order_by("-id")


@source_days.page("<int:pk>/", title=_("一天的各批"), subject=day_of)
def source_day(request: PageRequest, told: QualityDay) -> HttpResponseBase:
    return listing(request, BatchesOfDay, batches_of(told))
