"""Which column is which (对应各列), of the first file with headings that nobody has seen; remembered for the next."""

from collections.abc import Mapping, Sequence
from itertools import islice

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.jobs import start_progress
from nanhu.platforms.datahub.batches.finishing import finish_batch
from nanhu.platforms.datahub.cleaning.text import Cell
from nanhu.platforms.datahub.errors import MappingRefusedError
from nanhu.platforms.datahub.known_sources import source
from nanhu.platforms.datahub.models import Batch, HeadingMap
from nanhu.platforms.datahub.reading.headers import CONSTANT, ELSE, Headings, parts_of, signature_of
from nanhu.platforms.datahub.reading.unknown import guesses
from nanhu.platforms.datahub.services.landing import stored_rows
from nanhu.platforms.datahub.services.settle import lock_batch
from nanhu.platforms.datahub.sources import SourceSpec

SAMPLE = 30


def first_lines(batch: Batch) -> list[list[Cell]]:
    return [[row.cells.get(header) for header in batch.headings] for row in islice(stored_rows(batch), SAMPLE)]


def suggested(batch: Batch) -> dict[str, str]:
    """What is known, and what the first lines look like."""
    found = guesses(batch.headings, first_lines(batch), Headings(source(batch.source)), batch.columns)
    known: dict[str, str] = batch.columns
    return found | known


def contested(batch: Batch) -> dict[str, list[tuple[str, str]]]:
    """Of each field that several columns claim, what may count: one of them, or the first that is filled."""
    found = Headings(source(batch.source)).claims(batch.headings).contested
    return {name: [*((one, one) for one in some), *orders_of(some)] for name, some in found.items()}


def orders_of(claims: Sequence[str]) -> list[tuple[str, str]]:
    orders = [[first, *(one for one in claims if one != first)] for first in claims]
    return [
        (ELSE.join(order), _("先用“%(first)s”，空的用“%(rest)s”") % {"first": order[0], "rest": "”“".join(order[1:])})
        for order in orders
    ]


@transaction.atomic
def forget_columns(*, by: Actor, batch: Batch) -> None:
    """The next file with these headings is asked about anew; what was read by them stays as it was read."""
    gone, _by_table = said_of(batch).delete()
    if gone:
        facts = {"headers": [one for one in batch.headings if one]}
        audit.record(by=by, action="datahub.forget_columns", target=f"batch:{batch.id}", facts=facts)


def is_remembered(batch: Batch) -> bool:
    return said_of(batch).exists()


def said_of(batch: Batch) -> QuerySet[HeadingMap]:
    """What was said of these headings of this source."""
    return HeadingMap.objects.filter(source=batch.source, signature=signature_of(batch.headings))


@transaction.atomic
def map_columns(*, by: Actor, batch_id: int, columns: Mapping[str, str], constants: Mapping[str, str]) -> str:
    """`columns`: our field → heading; `constants`: what all lines say. Returns the id of the progress."""
    batch = lock_batch(batch_id, (Batch.State.UNMAPPED,))
    spec = source(batch.source)
    said = dict(columns) | {name: f"{CONSTANT}{text}" for name, text in constants.items() if name not in columns}
    refuse_wrong(spec, batch.headings, columns, said)
    HeadingMap.objects.update_or_create(
        source=spec.key, signature=signature_of(batch.headings), defaults={"columns": said, "actor": by.name}
    )
    progress = start_progress(kind="datahub.import", title=batch.file_name, total=0, by=by)
    batch.columns, batch.state, batch.progress_id = said, Batch.State.LANDED, progress.public_id
    batch.save(update_fields=["columns", "state", "progress_id"])
    audit.record(
        by=by, action="datahub.map_columns", target=f"batch:{batch.id}", facts={"headers": sorted(columns.values())}
    )
    finish_batch.defer(batch_id=batch.id, progress_id=str(progress.public_id), account_id=by.account_id, actor=by.name)
    return str(progress.public_id)


def refuse_wrong(
    spec: SourceSpec, headings: Sequence[str], columns: Mapping[str, str], said: Mapping[str, str]
) -> None:
    unknown = [name for name in said if name not in spec.fields]
    missing = Headings(spec).missing(said)
    read = [one for header in columns.values() for one in parts_of(header)]
    twice = len(set(read)) < len(read)
    if unknown or missing or twice or not set(read) <= set(headings):
        raise MappingRefusedError(missing="、".join(missing) or "—")
