"""A network of its own in namespaces: a client, an openNDS gateway, an outside. Needs root; touches nothing outside its namespaces.

client ── 10.98.1.0/24 ── gateway (openNDS, nft masquerade) ── 10.97.1.0/24 ── this machine (campus by a forwarder, "the internet")
"""

import http.client
import http.server
import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nanhu.testing.patience import PATIENCE_SECONDS

OUTSIDE, UPLINK, GATEWAY = "10.97.1.1", "10.97.1.2", "10.98.1.1"
FASKEY = "faskey-of-the-lab-1234"
NAME = "lab-gateway"
PROGRAMS = ("ip", "nft", "opennds", "ndsctl", "dnsmasq", "curl", "udhcpc")
UCI = """config opennds
	option enabled '1'
	option gatewayinterface 'vgc'
	option gatewayname '{name}'
	option login_option_enabled '1'
	option debuglevel '1'
	list users_to_router 'allow udp port 53'
	list users_to_router 'allow tcp port 53'
	list users_to_router 'allow udp port 67'
	list authenticated_users 'allow all'
	option fasport '{port}'
	option fasremoteip '{outside}'
	option faspath '/wifi/'
	option fas_secure_enabled '1'
	option faskey '{faskey}'
"""
NFT = """table ip nat {
  chain postrouting {
    type nat hook postrouting priority 100;
    oifname "vgo" masquerade
  }
}
"""
UDHCPC = """#!/bin/sh
[ "$1" = bound ] && printf "ip=%s\\nopt114=%s\\n" "$ip" "$opt114" > {folder}/lease
[ "$1" = bound ] && ip addr add $ip/24 dev $interface && ip route add default via $router
exit 0
"""
DNSMASQ = """interface=vgc
bind-interfaces
except-interface=lo
no-resolv
no-hosts
dhcp-range=10.98.1.50,10.98.1.60,255.255.255.0,10m
dhcp-option=114,"http://{outside}:{port}/wifi/capport"
address=/#/{outside}
dhcp-leasefile=/var/lib/misc/dnsmasq.leases
pid-file={folder}/dnsmasq.pid
user=root
"""


def missing() -> str:
    """What the machine lacks for this lab, in words."""
    if os.geteuid() != 0:
        return "the network lab makes network namespaces: run it as root (sudo make network-lab)"
    lost = [one for one in PROGRAMS if shutil.which(one, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin") is None]
    if lost:
        return f"not installed: {', '.join(lost)} (sh scripts/install-test-tools)"
    done = subprocess.run(["ip", "netns", "add", "nanhu-try"], capture_output=True, text=True, check=False)
    if done.returncode:
        return f"no network namespaces here: {done.stderr.strip()}"
    subprocess.run(["ip", "netns", "del", "nanhu-try"], check=False)
    return ""


@dataclass
class Lab:
    folder: Path
    port: int
    outside_port: int
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)
    lease: dict[str, str] = field(default_factory=dict)

    @property
    def ns(self) -> dict[str, str]:
        return {one: f"nanhu{os.getpid()}{one[0]}" for one in ("client", "gateway")}

    def run(self, *command: str, where: str = "", check: bool = True) -> str:
        inside = ["ip", "netns", "exec", self.ns[where]] if where else []
        done = subprocess.run(
            [*inside, *command], capture_output=True, text=True, check=False, timeout=PATIENCE_SECONDS
        )
        assert not check or done.returncode == 0, (command, done.stderr)
        return done.stdout

    def start(self, *command: str, where: str, log: str) -> subprocess.Popen[bytes]:
        with (self.folder / log).open("wb") as out:
            process = subprocess.Popen(
                ["ip", "netns", "exec", self.ns[where], *command], stdout=out, stderr=out, start_new_session=True
            )
        self.processes.append(process)
        return process

    def lay_cables(self) -> None:
        for name in self.ns.values():
            self.run("ip", "netns", "add", name)
        client, gateway = self.ns["client"], self.ns["gateway"]
        self.run("ip", "link", "add", f"vo{os.getpid()}", "type", "veth", "peer", "name", "vgo", "netns", gateway)
        self.run("ip", "link", "add", "vcl", "netns", client, "type", "veth", "peer", "name", "vgc", "netns", gateway)
        self.run("ip", "addr", "add", f"{OUTSIDE}/24", "dev", f"vo{os.getpid()}")
        self.run("ip", "link", "set", f"vo{os.getpid()}", "up")
        for where, link, address in (
            ("gateway", "vgo", f"{UPLINK}/24"),
            ("gateway", "vgc", f"{GATEWAY}/24"),
            ("client", "vcl", ""),
        ):
            if address:
                self.run("ip", "addr", "add", address, "dev", link, where=where)
            self.run("ip", "link", "set", link, "up", where=where)
            self.run("ip", "link", "set", "lo", "up", where=where)
        self.run("ip", "route", "add", "default", "via", OUTSIDE, where="gateway")
        self.run("sysctl", "-qw", "net.ipv4.ip_forward=1", where="gateway")

    def start_gateway(self) -> None:
        """The masquerade must stand before openNDS starts, and its folders are mounted for it alone."""
        facts = {"name": NAME, "port": self.port, "outside": OUTSIDE, "faskey": FASKEY, "folder": self.folder}
        for name, text in (("cfg/opennds", UCI), ("nat.nft", NFT), ("dnsmasq.conf", DNSMASQ)):
            path = self.folder / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text.format(**facts) if name != "nat.nft" else text)
        for name in ("misc", "etc"):
            (self.folder / name).mkdir(exist_ok=True)
        if Path("/etc/opennds").is_dir():
            shutil.copytree("/etc/opennds", self.folder / "etc", dirs_exist_ok=True)
        self.run("nft", "-f", str(self.folder / "nat.nft"), where="gateway")
        mounts = [
            f"mkdir -p {there}; mount --bind {self.folder}/{here} {there}"
            for here, there in (("misc", "/var/lib/misc"), ("cfg", "/etc/config"), ("etc", "/etc/opennds"))
        ]
        script = "; ".join([*mounts, f"dnsmasq -C {self.folder}/dnsmasq.conf", "exec opennds -f"])
        self.start("unshare", "-m", "sh", "-c", script, where="gateway", log="opennds.log")
        self.until(lambda: ":2050" in self.run("ss", "-ltn", where="gateway"), "openNDS does not listen")
        self.until(lambda: "clients" in self.inside_gateway("ndsctl", "json"), "openNDS does not answer")
        self.lease = self.ask_address()
        self.until(lambda: not self.is_open(), "openNDS lets everybody through")

    def ask_address(self) -> dict[str, str]:
        """By DHCP, with option 114 (RFC 8910); whoever has no lease is nobody to openNDS."""
        script = self.folder / "udhcpc.sh"
        script.write_text(UDHCPC.format(folder=self.folder))
        script.chmod(0o755)
        self.run("udhcpc", "-i", "vcl", "-n", "-q", "-f", "-O", "114", "-s", str(script), where="client")
        lines = (self.folder / "lease").read_text().splitlines()
        return dict(line.split("=", 1) for line in lines if "=" in line)

    def inside_gateway(self, *command: str, check: bool = True) -> str:
        """In the mounts of openNDS, for ndsctl finds its socket there."""
        return self.run("nsenter", "-t", self.opennds(), "-m", "-n", *command, check=check)

    def opennds(self) -> str:
        """Its process; children come and go beside it."""
        for pid in self.run("ip", "netns", "pids", self.ns["gateway"]).split():
            with suppress(OSError):
                if Path(f"/proc/{pid}/comm").read_text().strip() == "opennds":
                    return pid
        raise AssertionError("openNDS does not run")

    def start_agent(self, script: Path, campus: str, key: str) -> None:
        conf = self.folder / "agent.conf"
        conf.write_text(f"CAMPUS={campus}\nGATEWAY={NAME}\nKEY={key}\nPAUSE=1\n")
        with (self.folder / "agent.log").open("wb") as out:
            command = ["nsenter", "-t", self.opennds(), "-m", "-n", "sh", str(script), str(conf)]
            self.processes.append(subprocess.Popen(command, stdout=out, stderr=out, start_new_session=True))

    def mac(self) -> str:
        return self.run("cat", "/sys/class/net/vcl/address", where="client").strip()

    def fetch(self, url: str, *more: str, seconds: str = "60") -> tuple[int, str, str]:
        """Status, where it leads, and the body, as the client sees them; 0 where nothing comes."""
        jar = str(self.folder / "jar")
        out = self.run(
            "curl",
            *("-s", "-m", seconds, "-b", jar, "-c", jar, "-w", "\n%{http_code} %{redirect_url}", *more, url),
            where="client",
            check=False,
        )
        body, _line, last = out.rpartition("\n")
        status, _space, to = last.partition(" ")
        return int(status or 0), to, body

    def is_open(self) -> bool:
        return self.fetch(f"http://{OUTSIDE}:{self.outside_port}/", seconds="3")[0] == http.client.OK

    def until(self, holds: Any, words: str) -> float:
        """Seconds it took."""
        began = time.monotonic()
        while time.monotonic() - began < PATIENCE_SECONDS:
            with suppress(AssertionError, ValueError):
                if holds():
                    return time.monotonic() - began
            time.sleep(0.2)
        raise AssertionError(words + self.logs())

    def logs(self) -> str:
        return "".join(
            f"\n--- {one.name}\n{one.read_text(errors='replace')[-2000:]}" for one in self.folder.glob("*.log")
        )

    def tear_down(self) -> None:
        for name in self.ns.values():
            for pid in self.run("ip", "netns", "pids", name, check=False).split():
                with suppress(ProcessLookupError):
                    os.kill(int(pid), signal.SIGTERM)
        for process in self.processes:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=PATIENCE_SECONDS)
        for name in self.ns.values():
            for pid in self.run("ip", "netns", "pids", name, check=False).split():
                with suppress(ProcessLookupError):
                    os.kill(int(pid), signal.SIGKILL)
            self.run("ip", "netns", "del", name, check=False)
        self.run("ip", "link", "del", f"vo{os.getpid()}", check=False)


class Forwarder(http.server.BaseHTTPRequestHandler):
    """The campus under an address of the lab, as a front proxy would: it says for whom it asks."""

    protocol_version = "HTTP/1.1"
    campus_port = 0

    def log_message(self, *_arguments: Any) -> None:
        return

    def forward(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        line = http.client.HTTPConnection("127.0.0.1", self.campus_port, timeout=PATIENCE_SECONDS)
        kept = {
            name: value
            for name, value in self.headers.items()
            if name.lower() not in {"host", "connection", "origin", "referer"}
        }
        host = f"localhost:{self.campus_port}"
        line.request(self.command, self.path, body, {**kept, "Host": host, "X-Forwarded-For": self.client_address[0]})
        answer = line.getresponse()
        content = answer.read()
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in {"transfer-encoding", "connection", "content-length"}:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_HEAD = forward  # noqa: N815


class Internet(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_arguments: Any) -> None:
        return

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")


@contextmanager
def served(handler: type, address: tuple[str, int]) -> Iterator[int]:
    with http.server.ThreadingHTTPServer(address, handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


@contextmanager
def lab(folder: Path, campus_port: int) -> Iterator[Lab]:
    Forwarder.campus_port = campus_port
    made = Lab(folder, 0, 0)
    try:
        made.lay_cables()
        with served(Forwarder, (OUTSIDE, 0)) as port, served(Internet, (OUTSIDE, 0)) as internet:
            made.port, made.outside_port = port, internet
            made.start_gateway()
            yield made
    finally:
        made.tear_down()
