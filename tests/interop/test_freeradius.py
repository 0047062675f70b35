"""FreeRADIUS 3.2 with the very files `nanhu radius_key` hands out, asked by radclient and by Linux's own supplicant."""

import json
import os
import re
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pyotp
import pytest

from nanhu.testing.patience import PATIENCE_SECONDS
from tests.conftest import Campus
from tests.interop.conftest import CODES_GATEWAY, PASSWORD, TOTP_SECRET, VPN_GATEWAY, Network
from tests.interop.freeradius import SILENCE_SECONDS

AGAIN = {"times": PATIENCE_SECONDS, "seconds": 1}
"""A controller that sends until it is answered."""
ESTABLISHED = "01"
GRANT = re.compile(r"0x6e313a(?:[0-9a-f]{2}){26}")
"""n1: and 26 letters, as radclient writes octets."""
ON_LINE = """
import json
from nanhu.services.network.models import Nas, Session
Nas.objects.get_or_create(address="127.0.0.1", identifier="", withdrawn_at=None, defaults={"name": "interop", "kind": "ac"})
found = Session.objects.filter(sid__startswith="BEGINS").order_by("sid").values("sid", "person__affiliations__campus_no", "address", "cause", "in_octets")
print(json.dumps(list(found)))
"""


def test_the_one_password_opens_and_says_who_it_is(network: Network) -> None:
    answer, told = network.radius.pap(network.people["student"], PASSWORD)

    assert answer == "accept", network.radius.log()
    assert (GRANT.fullmatch(told["Class"]) is not None, told["Filter-Id"]) == (True, "student")
    assert told["User-Name"] == network.people["student"]
    assert int(told["Session-Timeout"]) >= 3600


def test_the_code_of_the_second_factor_is_asked_for_by_a_challenge(network: Network) -> None:
    name, at = network.people["student"], {"key": "codes", "source": CODES_GATEWAY}
    answer, told = network.radius.pap(name, PASSWORD, **at)

    assert answer == "challenge", network.radius.log()
    assert "Class" not in told
    code = pyotp.TOTP(TOTP_SECRET).now()
    answer, said = network.radius.pap(name, code, state=told["State"], **at)
    assert (answer, GRANT.fullmatch(said.get("Class", "")) is not None) == ("accept", True), network.radius.log()
    assert network.radius.pap(name, code, state=told["State"], **at)[0] == "reject", "a code opens once"
    assert network.radius.pap(name, "000000", state=told["State"], **at)[0] == "reject"
    assert network.radius.pap(name, "not-the-password", **at)[0] == "reject"


def test_wi_fi_opens_through_a_tunnel(network: Network) -> None:
    is_in, said = network.radius.ttls(network.people["student"], PASSWORD)

    assert is_in, said[-3000:]
    accept = said.rpartition("(Access-Accept)")[2]
    assert re.search(r"Attribute 25 \(Class\).*\n\s+Value: 6e313a[0-9a-f]{52}\n", accept), accept[:2000]
    assert "MPPE keys OK: 1" in said, "the access point and the device hold the same key"


def test_an_app_password_for_the_network_opens_one_for_mail_does_not(network: Network) -> None:
    name = network.people["device"]

    assert network.radius.ttls(name, network.secrets["network"])[0]
    assert network.radius.pap(name, network.secrets["mail"])[0] == "reject"


@pytest.mark.parametrize(
    ("who", "password"), [("student", "not-the-password"), ("refused", PASSWORD), ("suspended", PASSWORD)]
)
def test_who_may_not_is_rejected_and_told_nothing(network: Network, who: str, password: str) -> None:
    answer, told = network.radius.pap(network.people[who], password)

    assert (answer, set(told)) == ("reject", {"Message-Authenticator"})
    assert not network.radius.ttls(network.people[who], password)[0]


def test_a_server_that_does_not_sign_its_questions_gets_no_answer(network: Network) -> None:
    """BlastRADIUS: what stands between could turn a reject into an accept. The VPN gateway alone is excused."""
    name = network.people["student"]

    assert network.radius.pap_unsigned(name, PASSWORD, key="vpn", source=VPN_GATEWAY) == "accept"
    assert network.radius.pap_unsigned(name, PASSWORD, key="wifi", source="127.0.0.1") == ""


def on_line(campus: Campus, begins: str = "interop") -> list[dict[str, object]]:
    """Sessions whose number begins so; from the first look on the campus knows 127.0.0.1."""
    done = campus.nanhu("shell", "--no-imports", "--command", ON_LINE.replace("BEGINS", begins))
    assert done.returncode == 0, done.stderr
    found: list[dict[str, object]] = json.loads(done.stdout.splitlines()[-1])
    return found


def let_in(network: Network) -> dict[str, str]:
    """What a controller tells with each report of a session that begins now."""
    on_line(network.campus)
    _answer, told = network.radius.pap(network.people["student"], PASSWORD)
    return {"Class": told["Class"], "User_Name": '"anonymous@hnist.cn"'}


def test_what_a_controller_reports_is_bound_by_class_and_not_acknowledged_while_nobody_keeps_it(
    network: Network,
) -> None:
    """With the outer name, as hostapd sends it; the Class is the one of the Accept. The source address counts, whatever the packet says."""
    said = {**let_in(network), "NAS_IP_Address": "192.0.2.66"}
    assert network.radius.report("Start", "interop-1", Framed_IP_Address="10.2.3.4", **said)
    more = {"Acct_Input_Octets": "7", "Acct_Input_Gigawords": "1", "Acct_Terminate_Cause": "User-Request"}
    assert network.radius.report("Stop", "interop-1", **said, **more)

    [session] = on_line(network.campus)
    assert session["person__affiliations__campus_no"] == network.people["student"]
    assert (session["address"], session["cause"], session["in_octets"]) == ("10.2.3.4", "User-Request", 2**32 + 7)
    with standing_still(web_processes(network.campus)):
        assert not network.radius.report("Start", "interop-2", seconds=3, **said)


def test_what_is_sent_while_the_campus_is_away_arrives_when_it_is_back(network: Network) -> None:
    """For thirty seconds. FreeRADIUS gives up on each request after eight and acknowledges none; the controller sends until one is."""
    said, radius = let_in(network), network.radius
    assert radius.report("Start", "away-1", Framed_IP_Address="10.2.3.5", **said)
    more = {"Acct_Output_Octets": "3", "Acct_Input_Octets": "9", "Acct_Terminate_Cause": "Lost-Carrier"}
    with ThreadPoolExecutor(1) as pool:
        with standing_still(web_processes(network.campus)):
            sent = pool.submit(radius.report, "Stop", "away-1", **AGAIN, **said, **more)
            assert not radius.report("Start", "away-2", times=3, seconds=10, **said)
        assert sent.result()
    assert radius.report("Start", "away-2", **AGAIN, **said)

    gone, here = on_line(network.campus, "away")
    assert (gone["sid"], gone["cause"], gone["in_octets"]) == ("away-1", "Lost-Carrier", 9)
    assert (here["sid"], here["cause"]) == ("away-2", "")


def test_freeradius_killed_amid_requests_forgets_nothing_and_doubles_nothing(network: Network) -> None:
    """What it had asked is done at the campus and not acknowledged, so the controller sends it again; who was let in stays."""
    name, radius = network.people["student"], network.radius
    said = let_in(network)
    assert radius.report("Start", "killed-1", Framed_IP_Address="10.2.3.6", **said)
    with ThreadPoolExecutor(3) as pool:
        with standing_still(web_processes(network.campus)):
            told = [
                pool.submit(radius.report, "Interim-Update", "killed-1", Acct_Input_Octets="5", **AGAIN, **said),
                pool.submit(radius.report, "Start", "killed-2", Acct_Input_Octets="7", **AGAIN, **said),
            ]
            asked = pool.submit(radius.pap, name, PASSWORD, **AGAIN)
            until_asked(network.campus.port("radius"), times=len(told))
            radius.kill()
        radius.start()
        assert [one.result() for one in told] == [True, True]
        assert asked.result()[0] in ("accept", "reject"), "rejected where the campus had stood still for too long"

    found = on_line(network.campus, "killed")
    assert [(one["sid"], one["cause"], one["in_octets"]) for one in found] == [("killed-1", "", 5), ("killed-2", "", 7)]
    assert {one["person__affiliations__campus_no"] for one in found} == {name}
    assert radius.comes_in(name, PASSWORD)


def until_asked(port: int, *, times: int) -> None:
    """So many requests lie unread at the campus."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while unread(port) < times:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def unread(port: int) -> int:
    """Connections to a port that hold bytes which nobody has read."""
    lines = [line for name in ("tcp", "tcp6") for line in Path(f"/proc/net/{name}").read_text().splitlines()[1:]]
    said = [(local, state, queues) for _n, local, _far, state, queues, *_rest in map(str.split, lines)]
    return sum(
        local.endswith(f":{port:04X}") and state == ESTABLISHED and not queues.endswith(":00000000")
        for local, state, queues in said
    )


def web_processes(campus: Campus) -> list[int]:
    """The server of the pages and that of accounting, with their workers."""
    ports = {str(campus.port(name)) for name in ("web", "radius")}
    found = [one for one in Path("/proc").iterdir() if one.name.isdigit() and is_web(one, ports)]
    assert len(found) >= len(ports), "the web servers were not found"
    pids = [int(one.name) for one in found]
    for pid in pids:
        for children in Path(f"/proc/{pid}/task").glob("*/children"):
            pids += [int(child) for child in children.read_text().split() if int(child) not in pids]
    return pids


def is_web(process: Path, ports: set[str]) -> bool:
    try:
        words = (process / "cmdline").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return False
    return "granian" in words and not ports.isdisjoint(words)


@contextmanager
def standing_still(pids: list[int]) -> Iterator[None]:
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


def test_while_the_campus_does_not_answer_nobody_comes_in_and_then_everybody_does(network: Network) -> None:
    name = network.people["student"]
    with standing_still(web_processes(network.campus)):
        assert network.radius.pap(name, PASSWORD, seconds=SILENCE_SECONDS)[0] in ("reject", "")

    assert network.radius.comes_in(name, PASSWORD)
    assert network.radius.ttls(name, PASSWORD)[0]


def test_no_log_holds_a_password(network: Network) -> None:
    """Neither a right one nor a wrong one, in the clear or through the tunnel, nor what other tests asked before."""
    name, wrong = network.people["student"], "Wrong-Boat-1996"
    assert network.radius.pap(name, PASSWORD)[0] == "accept"
    assert network.radius.pap(name, wrong)[0] == "reject"
    assert not network.radius.ttls(name, wrong)[0]

    told = network.radius.log() + "".join(
        path.read_text(errors="replace") for path in (network.campus.folder / "logs").glob("*.log")
    )
    assert "Ready to process requests" in told
    for secret in (PASSWORD, wrong, *network.secrets.values()):
        assert secret not in told
