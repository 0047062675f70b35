"""The file as it was handed in (原文件): kept beside its rows, packed and sealed, and handed out byte for byte."""

import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.errors import NotFoundError
from nanhu.kernel.proposals import given
from nanhu.platforms.datahub.models import Batch, FilePiece
from nanhu.platforms.datahub.reading.spool import is_spool

PIECE: Final = 4 << 20
"""Bytes of the file: what one of them costs in memory."""
FAST: Final = 1


@transaction.atomic
def keep_original(batch_id: int, path: Path) -> None:
    """All of it or nothing; once, also where two run one file. What a change stream wrote down is our own, and no office's file."""
    Batch.objects.select_for_update().only("pk").get(pk=batch_id)
    if is_spool(path) or FilePiece.objects.filter(batch=batch_id).exists():
        return
    with path.open("rb") as file:
        for place, piece in enumerate(iter(lambda: file.read(PIECE), b"")):
            packed = b64encode(zlib.compress(piece, FAST)).decode()
            FilePiece.objects.create(batch_id=batch_id, place=place, packed=packed)


def is_kept(batch: Batch) -> bool:
    return batch.pieces.exists()


def hand_out(*, by: Actor, batch: Batch, reason: str) -> Iterator[bytes]:
    """Byte for byte, a piece at a time. Raises NotFoundError where it is kept no more."""
    why = given(reason)
    if not is_kept(batch):
        raise NotFoundError(what=_("原文件"))
    facts = {"file": batch.file_name, "sha256": batch.sha256}
    audit.record(by=by, action="datahub.hand_out_file", target=f"batch:{batch.pk}", reason=why, facts=facts)
    return pieces_of(batch)


def pieces_of(batch: Batch) -> Iterator[bytes]:
    for place in list(batch.pieces.order_by("place").values_list("place", flat=True)):
        yield zlib.decompress(b64decode(batch.pieces.get(place=place).packed))
