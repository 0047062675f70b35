"""Where the keyring is kept: a file of our own that is made at first use, or a text given by the environment."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from nanhu.kernel.crypto.errors import KeyringError
from nanhu.kernel.crypto.keyring import Keyring
from nanhu.kernel.whole_files import write_whole


class KeyStore(Protocol):
    """Reads the ring, and changes it where it may be changed."""

    def read(self) -> Keyring: ...

    def change(self, alter: Callable[[Keyring], Keyring]) -> Keyring:
        """Replace the ring by `alter(ring)`, one process at a time; return what is kept now."""


class FileKeyStore:
    """`keyring.json`, mode 0600. Written to a file beside it and renamed, under a lock: two processes that start
    together on an empty folder end with one and the same ring, and a reader never sees half of one.
    Read again when the file changes, so that a running process takes up a rotation."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._seen: tuple[tuple[int, int, int], Keyring] | None = None

    def read(self) -> Keyring:
        try:
            status = self.path.stat()
            version = (status.st_mtime_ns, status.st_size, status.st_ino)
            if self._seen is None or self._seen[0] != version:
                self._seen = (version, Keyring.from_json(self.path.read_text("utf-8")))
        except FileNotFoundError:
            if self._seen is None:
                return Keyring()
            message = f"{self.path} has vanished: put it back from the backup, a new one would read nothing"
            raise KeyringError(message) from None
        except OSError as problem:
            message = f"{self.path} is not readable: {problem.strerror}"
            raise KeyringError(message) from None
        return self._seen[1]

    def change(self, alter: Callable[[Keyring], Keyring]) -> Keyring:
        with self._lock():
            keyring = self.read()
            altered = alter(keyring)
            if altered == keyring:
                return keyring
            self._write(altered)
            return self.read()

    @contextmanager
    def _lock(self) -> Iterator[None]:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self.path.with_suffix(".lock"), os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _write(self, keyring: Keyring) -> None:
        write_whole(self.path, keyring.to_json(), is_kept=True)


class GivenKeyStore:
    """A ring handed in by the operator, as a text or as a read-only file of a secret manager: never changed by us."""

    def __init__(self, given: str) -> None:
        if given.lstrip().startswith("{"):
            keyring = Keyring.from_json(given)
            self._source: Callable[[], Keyring] = lambda: keyring
        else:
            self._source = FileKeyStore(Path(given)).read

    def read(self) -> Keyring:
        return self._source()

    def change(self, alter: Callable[[Keyring], Keyring]) -> Keyring:
        keyring = self.read()
        if alter(keyring) == keyring:
            return keyring
        message = "NANHU_KEYRING gives the keyring, and it lacks a key that is needed: add the key where it is kept"
        raise KeyringError(message)
