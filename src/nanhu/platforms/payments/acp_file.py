"""UnionPay's file of a day (对账文件): base64 of zlib of a ZIP, in it rows of fixed columns. Which column stands where is a
table, since each contract's file differs a little."""

import base64
import binascii
import io
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate

LARGEST_FILE = 256 * 1024 * 1024
COLUMNS = (
    ("kind", 3),
    ("agent", 11),
    ("sender", 11),
    ("trace", 6),
    ("sent_at", 10),
    ("account", 19),
    ("amount", 12),
    ("category", 4),
    ("terminal", 2),
    ("query_id", 21),
    ("way", 2),
    ("order", 32),
    ("card_type", 2),
    ("fee", 13),
    ("net", 13),
)
CONSUME, REFUND = "S22", "S30"


class AcpFileError(ValueError):
    """The file cannot be read, or not as a whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRow:
    """`fee_fen` is what UnionPay keeps."""

    kind: str
    query_id: str
    order: str
    amount_fen: int
    fee_fen: int
    trace: str
    sent_at: str


def read_content(content: str) -> list[FileRow]:
    """The rows of `fileContent`."""
    try:
        archive = inflated(base64.b64decode(content, validate=True))
        with zipfile.ZipFile(io.BytesIO(archive)) as files:
            names = [one for one in files.infolist() if one.filename.rpartition("/")[2].startswith("ZM_")]
            if not names or sum(one.file_size for one in names) > LARGEST_FILE:
                raise AcpFileError("no ZM_ file of a bearable size")
            text = "\n".join(files.read(one).decode("gb18030") for one in names)
    except (binascii.Error, zlib.error, zipfile.BadZipFile, UnicodeDecodeError) as error:
        raise AcpFileError(str(error)) from error
    return list(rows_of(text.splitlines()))


def inflated(packed: bytes) -> bytes:
    """A bomb is not let grow."""
    engine = zlib.decompressobj()
    found = engine.decompress(packed, LARGEST_FILE)
    if engine.unconsumed_tail or not engine.eof:
        raise AcpFileError("the file is cut short or too large")
    return found


def rows_of(lines: Iterable[str]) -> Iterable[FileRow]:
    ends = list(accumulate(width + 1 for _name, width in COLUMNS))
    for line in lines:
        if not line.strip():
            continue
        starts = [0, *ends]
        cells = {name: line[starts[n] : starts[n] + width].strip() for n, (name, width) in enumerate(COLUMNS)}
        try:
            yield FileRow(
                kind=cells["kind"],
                query_id=cells["query_id"],
                order=cells["order"],
                amount_fen=int(cells["amount"]),
                fee_fen=signed_fen(cells["fee"]),
                trace=cells["trace"],
                sent_at=cells["sent_at"],
            )
        except ValueError as error:
            raise AcpFileError(f"row {line[:40]!r}") from error


def signed_fen(text: str) -> int:
    """C (credited) or D (debited to us), then the digits: D counts as cost."""
    if text[:1] not in {"C", "D"}:
        raise ValueError(text)
    return int(text[1:]) * (1 if text[0] == "D" else -1)
