"""How a source is, in words; and since when what it supplies is old."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from nanhu.kernel.clock import campus_time, now
from nanhu.kernel.kit.columns import Tone
from nanhu.kernel.ui import dates
from nanhu.platforms.datahub.feeding.reading import waiting_batch
from nanhu.platforms.datahub.known_sources import named_source
from nanhu.platforms.datahub.models import Batch, DataSource, Issue

State = DataSource.State


def stale_since(made: DataSource) -> datetime | None:
    """Since when nothing it said is in effect, where that is longer than agreed. At rest or retired it is old as well."""
    said = made.good_at or made.created_at
    is_read = made.state != State.DRAFT and made.kind != DataSource.Kind.FILE
    return said if is_read and said < now() - timedelta(minutes=made.stale_minutes) else None


def supplied(source_key: str) -> tuple[datetime | None, datetime | None]:
    """Of the source that writes a table: when it was last good, and since when it is stale."""
    made = DataSource.objects.filter(key=source_key).first() or read_by(source_key)
    if made is not None and made.kind != DataSource.Kind.FILE and made.state != State.DRAFT:
        return made.good_at, stale_since(made)
    applied = Batch.objects.filter(source=source_key, state=Batch.State.APPLIED)
    good = applied.order_by("-id").values_list("finished_at", flat=True).first()
    spec = named_source(source_key)
    is_old = good is not None and spec is not None and good < now() - timedelta(days=spec.stale_after_days)
    return good, good if is_old else None


def reader_of(source_key: str) -> DataSource | None:
    """The source that would read its batches in again, as long as it is read."""
    own = DataSource.objects.filter(key=source_key, state=State.LIVE).exclude(kind=DataSource.Kind.FILE).first()
    other = read_by(source_key)
    return own or (other if other is not None and other.state == State.LIVE else None)


def read_by(source_key: str) -> DataSource | None:
    """Who reads the files of a source by itself."""
    return DataSource.objects.filter(fills=source_key, state__in=[State.LIVE, State.RESTING]).order_by("id").first()


def removes_nothing(made: DataSource) -> bool:
    """One line of its last batch had no key, and so whatever it lacks still stands."""
    return made.batch_id is not None and Issue.objects.filter(batch=made.batch_id, code="gone_kept").exists()


def words_of(made: DataSource) -> tuple[Tone, str]:
    is_read = made.state == State.LIVE and made.kind != DataSource.Kind.FILE
    return words_with(made, waiting_batch(made) if is_read else None, keeps_gone=is_read and removes_nothing(made))


def words_with(made: DataSource, waiting: Batch | None, *, keeps_gone: bool = False) -> tuple[Tone, str]:
    """`waiting`: what it said and somebody must look at; `keeps_gone`: whatever its last batch lacked still stands."""
    if made.state != State.LIVE:
        return "none", str(made.get_state_display())
    if made.kind == DataSource.Kind.FILE:
        return "info", str(made.get_kind_display())
    since = stale_since(made)
    parts = []
    if since is not None:
        parts.append(_("自 %s 起未更新") % dates.moment_words(campus_time(since), now()))
    if waiting is not None:
        parts.append(_("批次 #%d 在等人看过，之后的没有读入") % waiting.pk)
    elif made.failed_at is not None:
        parts.append(made.error or _("读不成"))
    elif made.error:
        parts.append(made.error)
    elif made.good_at is None:
        parts.append(_("还没有读过"))
    if keeps_gone:
        parts.append(_("有的行认不出是谁的，源头没有了的行因此都还留着"))
    if not parts:
        return "good", _("%(at)s 读到 %(rows)s 行") % {
            "at": dates.moment_words(campus_time(made.good_at), now()) if made.good_at else "—",
            "rows": made.rows or 0,
        }
    return ("bad" if since or made.failed_at else "warn"), "；".join(parts)
