"""A FreeRADIUS of its own, in the foreground: Debian's configuration with our files laid in, as an engineer would."""

import hashlib
import os
import pwd
import re
import shutil
import socket
import struct
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from nanhu.kernel.child_processes import dying_with_parent
from nanhu.testing.patience import PATIENCE_SECONDS
from tests.conftest import Campus

SILENCE_SECONDS = 15
"""Who has not answered by then is silent; an answer takes milliseconds."""
SHORT, LONG = "timeout = 8.0", "timeout = 25.0"
"""How long our file lets FreeRADIUS wait for a sign-in, and how long here, where all the suite's work may stand before it."""
DEBIAN = Path("/etc/freeradius/3.0")
READY = "Ready to process requests"
SECRET = re.compile(r"secret = (\S+)")
REPLY = re.compile(r"^\s+([A-Za-z-]+) = (.+)$", re.MULTILINE)
TTLS = """network={{
    ssid="nanhu"
    key_mgmt=WPA-EAP
    eap=TTLS
    identity="{name}"
    anonymous_identity="{outer}"
    password="{password}"
    ca_cert="{folder}/certs/nanhu-ca.pem"
    domain_match="radius.nanhu.test"
    phase2="{inner}"
}}
"""
STATION = "02:00:00:00:00:01"
SERVER = "radius.nanhu.test"
OPENSSL = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc", "-days", "30"]


@dataclass
class FreeRadius:
    folder: Path
    port: int
    accounting_port: int
    process: subprocess.Popen[bytes] | None = None
    secrets: dict[str, str] = field(default_factory=dict)

    def add(self, campus: Campus, key: str, name: str, *, source: str, more: tuple[str, ...] = ()) -> None:
        """What `nanhu radius_key` writes, and of it only what an engineer must fill in: where the client is."""
        done = campus.nanhu("radius_key", key, "--register", name, *more, "--into", str(self.folder / "ours"))
        assert done.returncode == 0, done.stderr
        module = self.folder / "ours" / "mods-available" / f"nanhu-{key}"
        accounting = "/radius/accounting"  # at its own port, to which the nginx of docs/operations.md leads
        text = module.read_text().replace(
            campus.url + accounting, f"http://localhost:{campus.port('radius')}{accounting}"
        )
        assert "authenticate {" in text.partition(SHORT)[0]
        module.write_text(text.replace(SHORT, LONG, 1))
        self.lay_in(key, source=source)

    def lay_in(self, key: str, *, source: str) -> None:
        """The files in "ours", with the one gap that an engineer fills."""
        ours = self.folder / "ours"
        shutil.copytree(ours / "mods-available", self.folder / "mods-available", dirs_exist_ok=True)
        shutil.copytree(ours / "sites-available", self.folder / "sites-available", dirs_exist_ok=True)
        clients = (ours / f"clients-nanhu-{key}.conf").read_text().replace("192.0.2.1", source)
        if source != "127.0.0.1":  # ocserv of Debian 13 sends none; see docs/rooms/identity-radius.md
            clients = clients.replace("require_message_authenticator = yes", "require_message_authenticator = no")
        (self.folder / f"clients-nanhu-{key}.conf").write_text(clients)
        with (self.folder / "clients.conf").open("a") as file:
            file.write(f"$INCLUDE clients-nanhu-{key}.conf\n")
        self.secrets[key] = SECRET.search(clients)[1]
        listener = self.folder / "sites-available" / "nanhu"
        listener.write_text(
            listener.read_text()
            .replace("ipaddr = *", "ipaddr = 127.0.0.1")
            .replace("1812", str(self.port))
            .replace("1813", str(self.accounting_port))
        )
        for kind, one in (("mods", f"nanhu-{key}"), ("sites", f"nanhu-{key}"), ("sites", "nanhu")):
            link = self.folder / f"{kind}-enabled" / one
            if not link.is_symlink():
                link.symlink_to(f"../{kind}-available/{one}")

    def join(self, key: str, port: int, *, source: str) -> None:
        """The federation's servers, which stand in the files of eduroam as gaps: one is here, the other is away."""
        shutil.copytree(self.folder / "ours" / "mods-config", self.folder / "mods-config", dirs_exist_ok=True)
        clients = self.folder / f"clients-nanhu-{key}.conf"
        text = clients.read_text().replace("198.51.100.11", source).replace("198.51.100.12", "127.0.0.4")
        clients.write_text(text)
        self.secrets["federation"] = SECRET.findall(text)[-1]
        proxy = (self.folder / "ours" / f"proxy-nanhu-{key}.conf").read_text()
        first, rest = proxy.replace("198.51.100.11", "127.0.0.1").split("1812", 1)
        (self.folder / f"proxy-nanhu-{key}.conf").write_text(f"{first}{port}{rest}")
        with (self.folder / "proxy.conf").open("a") as file:
            file.write(f"$INCLUDE proxy-nanhu-{key}.conf\n")

    def start(self) -> None:
        before = self.log().count(READY)
        with (self.folder / "out.log").open("ab") as log:
            self.process = subprocess.Popen(
                dying_with_parent(
                    ["/usr/sbin/freeradius", "-f", "-d", str(self.folder), "-l", str(self.folder / "radius.log")],
                    user=identity_of("freerad"),
                ),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self.log().count(READY) == before:
            if time.monotonic() > deadline or self.process.poll() is not None:
                raise RuntimeError(self.log())
            time.sleep(0.05)

    def log(self) -> str:
        return "".join(
            (self.folder / name).read_text(errors="replace")
            for name in ("radius.log", "out.log")
            if (self.folder / name).exists()
        )

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(timeout=PATIENCE_SECONDS)

    def kill(self) -> None:
        """As a power cut does: what it was about to answer it has forgotten."""
        assert self.process is not None
        self.process.kill()
        self.process.wait(timeout=PATIENCE_SECONDS)

    def pap(
        self,
        name: str,
        password: str,
        *,
        key: str = "wifi",
        seconds: int = PATIENCE_SECONDS,
        times: int = 1,
        source: str = "",
        state: str = "",
    ) -> tuple[str, dict[str, str]]:
        """radclient: "accept" or "challenge" with the attributes of the reply, "reject", or "" when nothing answers in time."""
        said = f'User-Name = "{name}"\nUser-Password = "{password}"\nCalling-Station-Id = "{STATION}"\n'
        said += f"Packet-Src-IP-Address = {source}\n" if source else ""
        said += f"State = {state}\n" if state else ""
        heard = self.heard_by_radclient(said, port=self.port, kind="auth", key=key, seconds=seconds, times=times)
        reply = heard.partition("Received Access-")[2]
        return reply.partition(" ")[0].lower(), {name: value.strip('"') for name, value in REPLY.findall(reply)}

    def heard_by_radclient(self, said: str, *, port: int, kind: str, key: str, seconds: int, times: int = 1) -> str:
        """What radclient prints of one question, which it sends again each quarter of a minute, as an access server does: where the campus did not
        answer FreeRADIUS, that does not answer either.

        One that gives up sooner is asked again: a reply to one before it that had the same port ends it.
        """
        waits = min(seconds, SILENCE_SECONDS)
        command = ["radclient", "-x", "-r", str(times * (seconds // waits)), "-t", str(waits)]
        command += ["--", f"127.0.0.1:{port}", kind, self.secrets[key]]  # a secret may begin as an option does
        deadline = time.monotonic() + times * seconds
        while True:
            done = subprocess.run(
                command, input=said, capture_output=True, text=True, check=False, timeout=2 * PATIENCE_SECONDS
            )
            if "Received " in done.stdout or time.monotonic() > deadline:
                return done.stdout + done.stderr
            time.sleep(0.05)

    def report(
        self, status: str, sid: str, *, key: str = "wifi", seconds: int = 12, times: int = 1, **said: str
    ) -> bool:
        """An accounting record, as a controller sends it, again and again where it says so; whether it was acknowledged."""
        named = {name.replace("_", "-"): value for name, value in said.items()}
        facts = {"Acct-Status-Type": status, "Acct-Session-Id": f'"{sid}"', **named}
        asked = "".join(f"{name} = {value}\n" for name, value in facts.items())
        heard = self.heard_by_radclient(
            asked, port=self.accounting_port, kind="acct", key=key, seconds=seconds, times=times
        )
        return "Received Accounting-Response" in heard

    def comes_in(self, name: str, password: str) -> bool:
        """Asked until the campus, which has just come back, has time to answer before FreeRADIUS gives up on it."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self.pap(name, password, seconds=SILENCE_SECONDS)[0] != "accept":
            if time.monotonic() > deadline:
                return False
        return True

    def pap_unsigned(self, name: str, password: str, *, key: str, source: str) -> str:
        """The question of an old access server, which radclient can no longer ask: without Message-Authenticator."""
        nonce, secret, padded = os.urandom(16), self.secrets[key].encode(), password.encode().ljust(16, b"\0")
        pad = hashlib.md5(secret + nonce, usedforsecurity=False).digest()
        hidden = bytes(one ^ other for one, other in zip(padded, pad, strict=True))
        told = b"".join(bytes([kind, len(value) + 2]) + value for kind, value in ((1, name.encode()), (2, hidden)))
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
            line.bind((source, 0))
            line.settimeout(SILENCE_SECONDS)
            line.sendto(struct.pack("!BBH16s", 1, 7, 20 + len(told), nonce) + told, ("127.0.0.1", self.port))
            try:
                return {2: "accept", 3: "reject"}[line.recv(4096)[0]]
            except TimeoutError:
                return ""

    def ttls(
        self, name: str, password: str, *, key: str = "wifi", inner: str = "auth=PAP", outer: str = "anonymous"
    ) -> tuple[bool, str]:
        """eapol_test, the supplicant of Linux: EAP-TTLS with PAP inside. What it says is full of the last reply."""
        profile = TTLS.format(name=name, password=password, folder=self.folder, inner=inner, outer=outer)
        return self.supplicant(profile, key=key)

    def supplicant(self, profile: str, *, key: str = "wifi") -> tuple[bool, str]:
        """eapol_test with a profile of one's own; as a supplicant does, again where nobody answered in time."""
        path = self.folder / "ttls.conf"
        path.write_text(profile)
        command = ["eapol_test", "-c", str(path), "-a", "127.0.0.1", "-p", str(self.port), "-s", self.secrets[key]]
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            done = subprocess.run(
                [*command, "-t", "20", "-M", STATION],
                capture_output=True,
                text=True,
                check=False,
                timeout=PATIENCE_SECONDS,
            )
            if "EAPOL test timed out" not in done.stdout or time.monotonic() > deadline:
                break
        said = done.stdout + done.stderr
        assert done.stdout.rstrip().endswith(("SUCCESS", "FAILURE")), said[-2000:]
        assert "EAP: Initialize selected EAP method: vendor 0 method 21 (TTLS)" in said, (
            said[-2000:] + self.log()[-3000:]
        )
        return done.stdout.rstrip().endswith("SUCCESS"), said


def laid_out(folder: Path, port: int, accounting_port: int) -> FreeRadius:
    shutil.copytree(DEBIAN, folder, symlinks=True, dirs_exist_ok=True)
    for name in ("default", "inner-tunnel"):
        (folder / "sites-enabled" / name).unlink()
    (folder / "mods-enabled" / "eap").unlink()  # wants the certificates of Debian's snake oil
    (folder / "clients.conf").write_text("")
    main = folder / "radiusd.conf"
    text = main.read_text().replace("raddbdir = /etc/freeradius/3.0", f"raddbdir = {folder}")
    text = text.replace("logdir = /var/log/freeradius", f"logdir = {folder}")
    text = text.replace("run_dir = ${localstatedir}/run/${name}", f"run_dir = {folder}")
    main.write_text(re.sub(r"(?m)^\s+(user|group) = freerad$", "", text))
    (folder / "ours").mkdir()
    certify(folder / "certs")
    return FreeRadius(folder, port, accounting_port)


def certify(folder: Path, *, name: str = "localhost") -> None:
    """A small authority and the server's certificate, as the manual has it."""
    authority = [*OPENSSL, "-keyout", "ca.key", "-out", "nanhu-ca.pem", "-subj", "/CN=Nanhu test CA"]
    authority += ["-addext", "keyUsage=critical,keyCertSign,cRLSign"]
    subprocess.run(authority, cwd=folder, check=True, capture_output=True, timeout=PATIENCE_SECONDS)
    certify_server(folder, SERVER, name)


def certify_server(folder: Path, *names: str) -> None:
    """By the authority that lies there already."""
    server = [*OPENSSL, "-CA", "nanhu-ca.pem", "-CAkey", "ca.key", "-keyout", "nanhu.key", "-out", "nanhu.pem"]
    server += ["-subj", f"/CN={names[0]}", "-addext", f"subjectAltName={','.join(f'DNS:{one}' for one in names)}"]
    server += ["-addext", "basicConstraints=critical,CA:FALSE", "-addext", "extendedKeyUsage=serverAuth"]
    subprocess.run(server, cwd=folder, check=True, capture_output=True, timeout=PATIENCE_SECONDS)


def given_to(folder: Path, user: str) -> None:
    """To the server's own user, where root runs the tests; the key files stay shut to everybody else."""
    if os.geteuid() == 0:
        for one in (folder, *folder.rglob("*")):
            shutil.chown(one, user, user) if not one.is_symlink() else None


def identity_of(user: str) -> tuple[int, int] | None:
    """The server's own user to begin as, where root runs the tests: one that changes to it later outlives a killed test."""
    if os.geteuid():
        return None
    entry = pwd.getpwnam(user)
    return entry.pw_uid, entry.pw_gid
