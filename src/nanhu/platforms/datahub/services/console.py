"""Progress in a terminal and on the page at once."""

from types import TracebackType
from typing import Self, TextIO

from nanhu.kernel.jobs import ProgressHandle


class ConsoleProgress(ProgressHandle):
    """Moves the progress row of `inner` and writes one changing line to a terminal."""

    def __init__(self, inner: ProgressHandle, stream: TextIO) -> None:
        super().__init__(inner.row)
        self.stream = stream

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            self.fail(str(error) or type(error).__name__)

    def advance(self, done: int, note: str = "", *, total: int | None = None) -> None:
        super().advance(done, note, total=total)
        if self.stream.isatty():
            self.stream.write(f"\r{self.row.note} {done}/{self.row.total} ")
            self.stream.flush()
