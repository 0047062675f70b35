"""A Dovecot 2.4 of its own, in the foreground, that asks our door by the script we hand out; the client is imaplib."""

import imaplib
import os
import socket
import ssl
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from nanhu.kernel.child_processes import dying_with_parent
from nanhu.testing.patience import PATIENCE_SECONDS
from tests.interop.freeradius import certify, given_to

CONFIGURATION = """
dovecot_config_version = 2.4.0
dovecot_storage_version = 2.4.0
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
protocols {{
  imap = yes
}}
listen = 127.0.0.1
ssl_server_cert_file = {folder}/certs/nanhu.pem
ssl_server_key_file = {folder}/certs/nanhu.key
mail_driver = maildir
mail_path = %{{home}}/Maildir
first_valid_uid = 1
service imap-login {{
  inet_listener imap {{
    port = 0
  }}
  inet_listener imaps {{
    port = {port}
    ssl = yes
  }}
}}
!include {folder}/conf.d/90-nanhu.conf
"""


@dataclass
class Dovecot:
    folder: Path
    port: int
    process: subprocess.Popen[bytes]

    def log(self) -> str:
        return "".join(
            (self.folder / name).read_text(errors="replace")
            for name in ("dovecot.log", "out.log")
            if (self.folder / name).exists()
        )

    def admits(self, name: str, password: str) -> bool:
        """Signs in over TLS and opens the inbox; a "no" must be the one of a wrong password, not of a broken server."""
        trust = ssl.create_default_context(cafile=str(self.folder / "certs" / "nanhu-ca.pem"))
        client = imaplib.IMAP4_SSL("localhost", self.port, ssl_context=trust, timeout=PATIENCE_SECONDS)
        try:
            client.authenticate("PLAIN", lambda _asked: f"\0{name}\0{password}".encode())
            return client.select("INBOX")[0] == "OK"
        except imaplib.IMAP4.error as error:
            if "AUTHENTICATIONFAILED" not in str(error):
                raise RuntimeError(self.log()) from error
            return False
        finally:
            client.shutdown()

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=PATIENCE_SECONDS)


def start(folder: Path, port: int) -> Dovecot:
    """`folder` holds what `nanhu radius_key --service mail --into` wrote; only user and place of mailboxes are filled in."""
    for name in ("run", "state", "certs", "mail"):
        (folder / name).mkdir()
    certify(folder / "certs")
    ours = folder / "conf.d" / "90-nanhu.conf"
    text = ours.read_text().replace("/etc/dovecot/nanhu.lua", str(folder / "nanhu.lua"))
    user = "mail" if os.geteuid() == 0 else str(os.geteuid())
    text = text.replace("= vmail", f"= {user}").replace("/var/vmail", str(folder / "mail"))
    ours.write_text(text)
    script = folder / "nanhu.lua"
    script.write_text(script.read_text().replace('request_timeout = "8s"', 'request_timeout = "25s"'))
    (folder / "dovecot.conf").write_text(CONFIGURATION.format(folder=folder, port=port))
    given_to(folder / "mail", "mail")
    if os.geteuid() == 0:
        (folder / "nanhu.lua").chmod(0o640)
        given_to(folder / "nanhu.lua", "dovecot")
    with (folder / "out.log").open("wb") as log:
        process = subprocess.Popen(
            dying_with_parent(["/usr/sbin/dovecot", "-F", "-c", str(folder / "dovecot.conf")]),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    server = Dovecot(folder, port, process)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_open(port):
        if time.monotonic() > deadline or process.poll() is not None:
            raise RuntimeError(server.log())
        time.sleep(0.05)
    return server


def is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
