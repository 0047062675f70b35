"""A network of its own in namespaces. Needs root; touches nothing outside its namespaces but two cables of its own.

client ── 10.98.1.0/24 ── gateway (openNDS, nft masquerade) ── 10.97.1.0/24 ── this machine (campus by a forwarder, FreeRADIUS, "the internet")
wired ── 802.1X, no address ── gateway (hostapd as the port of a switch)
road ── 10.99.1.0/24 ── vpn (ocserv) ── 10.97.2.0/24 ── this machine
"""

import fcntl
import http.client
import http.server
import os
import re
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
from urllib.parse import quote

from nanhu.kernel.child_processes import dying_with_parent
from nanhu.testing.patience import PATIENCE_SECONDS
from tests.interop.freeradius import FreeRadius

OUTSIDE, UPLINK, GATEWAY = "10.97.1.1", "10.97.1.2", "10.98.1.1"
VPN_OUTSIDE, VPN_UPLINK, VPN_DOOR, ROAD = "10.97.2.1", "10.97.2.2", "10.99.1.1", "10.99.1.2"
SWITCH = "lab-switch"
LOCK = Path("/tmp/nanhu-network-lab.lock")  # noqa: S108 - of the machine: two labs at once would have the same addresses
PLACES = ("client", "gateway", "wired", "vpn", "road")
FASKEY = "faskey-of-the-lab-1234"
ORDERS = "orders-to-the-switch-of-the-lab"
VPN_KEY = "secret-of-the-vpn-gateway-of-the-lab"
NAME = "lab-gateway"
PROGRAMS = (
    *("ip", "nft", "opennds", "ndsctl", "dnsmasq", "curl", "udhcpc"),
    *("hostapd", "wpa_supplicant", "ocserv", "occtl", "openconnect", "freeradius"),
)
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
NFT = """table ip nat {{
  chain postrouting {{
    type nat hook postrouting priority 100;
    oifname {{ "vgo", "vvo" }} masquerade
  }}
}}
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

HOSTAPD = """interface=vgw
driver=wired
ctrl_interface={folder}/hostapd
ieee8021x=1
use_pae_group_addr=1
eap_reauth_period=0
own_ip_addr={uplink}
nas_identifier={switch}
auth_server_addr={outside}
auth_server_port={port}
auth_server_shared_secret={secret}
acct_server_addr={outside}
acct_server_port={accounting}
acct_server_shared_secret={secret}
radius_auth_req_attr=61:d:15
radius_acct_req_attr=61:d:15
radius_acct_interim_interval=60
radius_das_port=3799
radius_das_client={outside} {orders}
"""
SUPPLICANT = """ap_scan=0
ctrl_interface={folder}/supplicant
network={{
    key_mgmt=IEEE8021X
    eap=TTLS
    identity="{number}"
    anonymous_identity="anonymous@hnist.edu.cn"
    password="{password}"
    ca_cert="{certificates}/nanhu-ca.pem"
    domain_match="radius.nanhu.test"
    phase2="auth=PAP"
    eapol_flags=0
}}
"""
OCSERV = """auth = "radius[config={folder}/radiusclient.conf,nas-identifier=vpn]"
acct = "radius[config={folder}/radiusclient.conf,nas-identifier=vpn]"
stats-report-time = 60
tcp-port = 4443
run-as-user = nobody
run-as-group = nogroup
socket-file = {folder}/ocserv.sock
occtl-socket-file = {folder}/occtl.sock
use-occtl = true
server-cert = {certificates}/nanhu.pem
server-key = {certificates}/nanhu.key
isolate-workers = false
max-clients = 16
max-same-clients = 0
max-ban-score = 0
auth-timeout = 60
device = vpns
ipv4-network = 10.99.9.0
ipv4-netmask = 255.255.255.0
route = 10.97.1.0/24
cookie-timeout = 10
persistent-cookies = false
log-level = 2
"""
VPNC = """#!/bin/sh
[ "$reason" = connect ] && ip link set $TUNDEV up && ip addr add $INTERNAL_IP4_ADDRESS/32 dev $TUNDEV \\
  && ip route add $CISCO_SPLIT_INC_0_ADDR/$CISCO_SPLIT_INC_0_MASKLEN dev $TUNDEV
exit 0
"""
RADIUS_CLIENT = """authserver {outside}:{port}
acctserver {outside}:{accounting}
servers {folder}/servers
dictionary /etc/radcli/dictionary
default_realm
radius_timeout 28
radius_retries 1
bindaddr {uplink}
"""


def missing() -> str:
    """What the machine lacks for this lab, in words."""
    if os.geteuid() != 0:
        return "the network lab makes network namespaces: run it as root (sudo make network-lab)"
    lost = [one for one in PROGRAMS if shutil.which(one, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin") is None]
    if lost:
        return f"not installed: {', '.join(lost)} (sh scripts/install-test-tools)"
    own = f"nanhu-try-{os.getpid()}"
    done = subprocess.run(["ip", "netns", "add", own], capture_output=True, text=True, check=False)
    if done.returncode:
        return f"no network namespaces here: {done.stderr.strip()}"
    subprocess.run(["ip", "netns", "del", own], check=False)
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
        return {one: f"nanhu{os.getpid()}{one[0]}" for one in PLACES}

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
                dying_with_parent(["ip", "netns", "exec", self.ns[where], *command]),
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        self.processes.append(process)
        return process

    def lay_cables(self) -> None:
        for name in self.ns.values():
            self.run("ip", "netns", "add", name)
        for where in self.ns:
            self.run("ip", "link", "set", "lo", "up", where=where)
        self.cable(("", self.here[0], OUTSIDE), ("gateway", "vgo", UPLINK))
        self.cable(("", self.here[1], VPN_OUTSIDE), ("vpn", "vvo", VPN_UPLINK))
        self.cable(("client", "vcl", ""), ("gateway", "vgc", GATEWAY))
        self.cable(("wired", "vwl", ""), ("gateway", "vgw", ""))
        self.cable(("road", "vrl", ROAD), ("vpn", "vvr", VPN_DOOR))
        self.run("ip", "route", "add", "default", "via", OUTSIDE, where="gateway")
        self.run("ip", "route", "add", "default", "via", VPN_OUTSIDE, where="vpn")
        for where in ("gateway", "vpn"):
            self.run("sysctl", "-qw", "net.ipv4.ip_forward=1", where=where)
            self.run("nft", "-f", self.write("nat.nft", NFT), where=where)

    @property
    def here(self) -> tuple[str, str]:
        """This machine's ends of the two cables."""
        return f"vo{os.getpid()}", f"vv{os.getpid()}"

    def cable(self, one: tuple[str, str, str], other: tuple[str, str, str]) -> None:
        """Each end: where ("" is this machine), its name, its address."""
        ends = [[link, *(["netns", self.ns[where]] if where else [])] for where, link, _address in (one, other)]
        self.run("ip", "link", "add", *ends[0], "type", "veth", "peer", "name", *ends[1])
        for where, link, address in (one, other):
            if address:
                self.run("ip", "addr", "add", f"{address}/24", "dev", link, where=where)
            self.run("ip", "link", "set", link, "up", where=where)

    def start_gateway(self) -> None:
        """The masquerade must stand before openNDS starts, and its folders are mounted for it alone."""
        facts = {"name": NAME, "port": self.port, "outside": OUTSIDE, "faskey": FASKEY}
        (self.folder / "cfg").mkdir()
        for name, text in (("cfg/opennds", UCI), ("dnsmasq.conf", DNSMASQ)):
            self.write(name, text, **facts)
        for name in ("misc", "etc"):
            (self.folder / name).mkdir(exist_ok=True)
        if Path("/etc/opennds").is_dir():
            shutil.copytree("/etc/opennds", self.folder / "etc", dirs_exist_ok=True)
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
        script = self.write("udhcpc.sh", UDHCPC)
        Path(script).chmod(0o755)
        self.run("udhcpc", "-i", "vcl", "-n", "-q", "-f", "-O", "114", "-s", script, where="client")
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
            self.processes.append(
                subprocess.Popen(dying_with_parent(command), stdout=out, stderr=out, start_new_session=True)
            )

    def write(self, file_name: str, text: str, **facts: object) -> str:
        path = self.folder / file_name
        path.write_text(text.format(folder=self.folder, **facts))
        return str(path)

    def start_switch(self, radius: FreeRadius) -> None:
        """FreeRADIUS must be there already: a packet that is refused delays hostapd for a dozen seconds."""
        facts = {
            "outside": OUTSIDE,
            "uplink": UPLINK,
            "switch": SWITCH,
            "secret": radius.secrets["wired"],
            "orders": ORDERS,
        }
        ports = {"port": radius.port, "accounting": radius.accounting_port}
        self.start("hostapd", self.write("hostapd.conf", HOSTAPD, **facts, **ports), where="gateway", log="hostapd.log")
        self.until(lambda: "AP-ENABLED" in self.logs(), "hostapd did not start")

    def plug_in(self, radius: FreeRadius, number: str, password: str) -> None:
        """A computer at the port of the switch."""
        facts = {"number": number, "password": password, "certificates": radius.folder / "certs"}
        command = (
            "wpa_supplicant",
            "-D",
            "wired",
            "-i",
            "vwl",
            "-c",
            self.write("supplicant.conf", SUPPLICANT, **facts),
        )
        self.start(*command, where="wired", log="supplicant.log")
        self.until(self.is_port_open, "the port of the switch stays shut")

    def is_port_open(self) -> bool:
        """As the switch sees it."""
        said = self.run(
            *("hostapd_cli", "-p", f"{self.folder}/hostapd", "-i", "vgw", "all_sta"), where="gateway", check=False
        )
        return "[AUTHORIZED]" in said

    def start_vpn(self, radius: FreeRadius) -> None:
        facts = {"certificates": radius.folder / "certs", "outside": VPN_OUTSIDE, "uplink": VPN_UPLINK}
        self.write("servers", f"{VPN_OUTSIDE} {radius.secrets['vpn']}\n")
        self.write("radiusclient.conf", RADIUS_CLIENT, **facts, port=radius.port, accounting=radius.accounting_port)
        command = ("ocserv", "--foreground", "--config", self.write("ocserv.conf", OCSERV, **facts))
        self.start(*command, where="vpn", log="ocserv.log")
        self.until(lambda: ":4443" in self.run("ss", "-ltn", where="vpn"), "ocserv does not listen")

    def dial_in(self, radius: FreeRadius, number: str, password: str) -> None:
        """A computer at home; it does not come back by itself."""
        (self.folder / "password").write_text(password + "\n")
        script = self.write("vpnc.sh", VPNC)
        Path(script).chmod(0o755)
        command = f"openconnect --protocol=anyconnect --non-inter --passwd-on-stdin --reconnect-timeout=1 -u {number}"
        command += f" --script={script} --no-dtls"
        command += f" --cafile={radius.folder}/certs/nanhu-ca.pem --resolve=radius.nanhu.test:{VPN_DOOR} -i tun0"
        command += f" https://radius.nanhu.test:4443 < {self.folder}/password"
        self.start("sh", "-c", command, where="road", log="openconnect.log")
        self.until(self.is_tunnel_open, "no tunnel")

    def is_tunnel_open(self) -> bool:
        """Whether "the internet" is reached through it: from that road there is no other way."""
        return self.fetch(f"http://{OUTSIDE}:{self.outside_port}/", seconds="3", where="road")[0] == http.client.OK

    def start_vpn_agent(self, script: Path, campus: str, key: str) -> None:
        conf = self.folder / "vpn-agent.conf"
        conf.write_text(f'CAMPUS={campus}\nKEY={key}\nPAUSE=1\nOCCTL="occtl -s {self.folder}/occtl.sock"\n')
        self.start("sh", str(script), str(conf), where="vpn", log="vpn-agent.log")

    def mac(self) -> str:
        return self.run("cat", "/sys/class/net/vcl/address", where="client").strip()

    def fetch(self, url: str, *more: str, seconds: str = "60", where: str = "client") -> tuple[int, str, str]:
        """Status, where it leads, and the body, as one there sees them; 0 where nothing comes."""
        jar = str(self.folder / "jar")
        out = self.run(
            "curl",
            *("-s", "-m", seconds, "-b", jar, "-c", jar, "-w", "\n%{http_code} %{redirect_url}", *more, url),
            where=where,
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
        """The last of each log."""
        return "".join(
            f"\n--- {one.name}\n{one.read_text(errors='replace')[-2000:]}" for one in self.folder.glob("*.log")
        )

    def tear_down(self) -> None:
        for name in self.ns.values():
            end_all_in(name, signal.SIGTERM)
        for process in self.processes:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=PATIENCE_SECONDS)
        for name in self.ns.values():
            take_away(name)
        for link in self.here:
            self.run("ip", "link", "del", link, check=False)


def take_away(name: str) -> None:
    """A place with all that runs in it; with its end a cable is gone."""
    end_all_in(name, signal.SIGKILL)
    subprocess.run(["ip", "netns", "del", name], capture_output=True, check=False)


def end_all_in(name: str, how: signal.Signals) -> None:
    done = subprocess.run(["ip", "netns", "pids", name], capture_output=True, text=True, check=False)
    for pid in done.stdout.split():
        with suppress(ProcessLookupError):
            os.kill(int(pid), how)


def clear_away() -> None:
    """What a lab left behind that was killed: two at once would have the same addresses."""
    done = subprocess.run(["ip", "netns", "list"], capture_output=True, text=True, check=False)
    for name, pid in re.findall(r"^(nanhu(\d+)[a-z])\b", done.stdout, re.MULTILINE):
        if not Path(f"/proc/{pid}").exists():
            take_away(name)


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
        content = self.seen_from_the_lab(answer.read())
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in {"transfer-encoding", "connection", "content-length"}:
                self.send_header(name, self.seen_from_the_lab(value.encode("latin-1")).decode("latin-1"))
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def seen_from_the_lab(self, text: bytes) -> bytes:
        """The campus's own address becomes this one, also inside an address."""
        own, here = f"http://localhost:{self.campus_port}", f"http://{OUTSIDE}:{self.server.server_address[1]}"
        return text.replace(own.encode(), here.encode()).replace(
            quote(own, safe="").encode(), quote(here, safe="").encode()
        )

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
    """Cables, the campus behind them and "the internet"; gateways are started by whoever wants them."""
    Forwarder.campus_port = campus_port
    made = Lab(folder, 0, 0)
    alone = LOCK.open("w")
    fcntl.flock(alone, fcntl.LOCK_EX)
    try:
        clear_away()
        made.lay_cables()
        with served(Forwarder, (OUTSIDE, 0)) as port, served(Internet, (OUTSIDE, 0)) as internet:
            made.port, made.outside_port = port, internet
            yield made
    finally:
        made.tear_down()
        alone.close()
