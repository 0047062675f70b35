"""What the demo says while one waits: one line a step, with a bar where there is something to count."""

import sys
import time

BAR_WIDTH = 24


class Console:
    """Draws the running step in place on a terminal; elsewhere prints its end only."""

    def __init__(self) -> None:
        self.is_terminal = sys.stdout.isatty()
        self.title = ""
        self.started = self.drawn = 0.0

    def begin(self, title: str) -> None:
        self.title, self.started, self.drawn = title, time.monotonic(), 0.0
        self._draw(f"  … {title}")

    def advance(self, done: int, total: int, note: str = "") -> None:
        now = time.monotonic()
        if self.is_terminal and total and now - self.drawn > 0.1:
            self.drawn = now
            filled = BAR_WIDTH * min(done, total) // total
            bar = "█" * filled + "░" * (BAR_WIDTH - filled)
            self._draw(f"  … {self.title} {bar} {done:,}/{total:,} {note}")

    def end(self, summary: str = "") -> None:
        spent = time.monotonic() - self.started
        line = f"  ✓ {self.title}{'：' if summary else ''}{summary} ({spent:.1f} 秒)"
        sys.stdout.write(f"\r\x1b[2K{line}\n" if self.is_terminal else f"{line}\n")
        sys.stdout.flush()

    def _draw(self, line: str) -> None:
        if self.is_terminal:
            sys.stdout.write(f"\r\x1b[2K{line}")
            sys.stdout.flush()
