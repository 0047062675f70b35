"""Folders behind SFTP: CSV in GBK with Chinese names; a file is written under another name and renamed, or an .ok tells that it is whole."""

import csv
import hmac
import io
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import asyncssh

from nanhu.emulators.vendors.living import Event, LivingSystem

CODING: Final = "gb18030"
MOST: Final = 5


class Folder:
    """Of one system, which sees nothing above it."""

    def __init__(self, root: Path, one: LivingSystem) -> None:
        self.path, self.one = root / one.system.key, one
        self.path.mkdir()
        self.write(("changed", 0))

    def write(self, event: Event) -> None:
        """Anew and whole; the oldest goes."""
        if event[0] in {"silent", "back"}:
            return
        text = io.StringIO()
        rows = list(self.one.rows.values())
        writer = csv.DictWriter(text, fieldnames=list(rows[0]) if rows else ["空"])
        writer.writeheader()
        writer.writerows(rows)
        stem = f"{self.one.system.name}_{datetime.now(UTC):%Y%m%d_%H%M%S_%f}"
        whole = self.path / os.fsdecode(f"{stem}.csv".encode(CODING))
        half = whole.with_name(f"{whole.name}.tmp")
        half.write_bytes(text.getvalue().encode(CODING, "replace"))
        half.rename(whole)
        if self.one.system.mark:
            whole.with_name(f"{whole.name}.ok").write_bytes(b"1")
        for old in sorted(self.path.glob("*.csv"), key=lambda found: found.stat().st_mtime)[:-MOST]:
            old.unlink()
            old.with_name(f"{old.name}.ok").unlink(missing_ok=True)


async def serve_folders(
    root: Path, address: str, port: int, systems: dict[str, LivingSystem], *, key: str, host_key: str
) -> asyncssh.SSHAcceptor:
    class Login(asyncssh.SSHServer):
        def password_auth_supported(self) -> bool:
            return True

        def validate_password(self, username: str, password: str) -> bool:
            known = username in systems and not systems[username].is_silent
            return known and hmac.compare_digest(password.encode(), key.encode())

    class Files(asyncssh.SFTPServer):
        def __init__(self, channel: asyncssh.SSHServerChannel[bytes]) -> None:
            folder = root / channel.get_extra_info("username")
            super().__init__(channel, chroot=os.fsencode(folder))

    return await asyncssh.listen(
        address,
        port,
        server_factory=Login,
        server_host_keys=[asyncssh.import_private_key(host_key)],
        sftp_factory=Files,
        allow_scp=False,
    )
