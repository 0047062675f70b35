"""The network with real gateways in namespaces: closed, open by the page, closed again; and what a suspension ends."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.conftest import Campus
from tests.interop import network_lab
from tests.interop.network_bench import PASSWORD, SERVICES, Bench, bench
from tests.interop.network_lab import OUTSIDE

pytestmark = pytest.mark.skipif(bool(network_lab.missing()), reason=network_lab.missing() or "there")


@pytest.fixture(scope="module")
def stand(campus: Campus) -> Iterator[Bench]:
    as_demo = replace(campus, environment=campus.environment | {"NANHU_DEMO": "true"})

    def shell(text: str) -> str:
        done = as_demo.nanhu("shell", "--no-imports", "--command", text)
        assert done.returncode == 0, done.stderr
        return done.stdout

    with bench(shell, campus.port("web")) as made:
        yield made


def test_closed_then_open_by_the_page_then_closed_by_it_again(stand: Bench) -> None:
    lab = stand.lab
    assert bytes.fromhex(lab.lease["opt114"]).decode() == f"http://{OUTSIDE}:{lab.port}/wifi/capport"
    assert not lab.is_open()
    status, to, _body = lab.fetch(f"http://{OUTSIDE}/")
    assert (status, to.startswith(f"http://{OUTSIDE}:{lab.port}/wifi/?fas=")) == (307, True), (status, to)

    on = stand.sign_in()
    took = lab.until(lab.is_open, "it was not opened")
    lab.until(lambda: "已上线" in lab.fetch(f"{on}?back")[2], "the page does not say so")
    stand.sign_out(on)
    left = lab.until(lambda: not lab.is_open(), "it was not closed")
    lab.until(lambda: "已下线" in lab.fetch(f"{on}?back")[2], "the page does not say so")
    print(f"opened in {took:.1f} s, closed in {left:.1f} s")


@pytest.mark.capability("A174.1")
def test_who_is_suspended_is_off_the_wi_fi_the_wire_and_the_vpn(stand: Bench) -> None:
    lab = stand.lab
    stand.sign_in()
    lab.plug_in(stand.radius, stand.number, PASSWORD)
    lab.dial_in(stand.radius, stand.number, PASSWORD)
    lab.until(lab.is_open, "openNDS lets nobody through")
    assert (lab.is_port_open(), lab.is_tunnel_open()) == (True, True)

    took = stand.suspend()
    assert set(took) == SERVICES, lab.logs()
    for name, is_open in (("wifi", lab.is_open), ("wired", lab.is_port_open), ("vpn", lab.is_tunnel_open)):
        lab.until(lambda is_open=is_open: not is_open(), f"{name}: the session has ended, the traffic has not")
    stand.resume()
    print("suspended; ended after", ", ".join(f"{name} {seconds} s" for name, seconds in sorted(took.items())))
