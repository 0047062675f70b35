"""`make network-lab`: the bench of real gateways before a campus that runs (`make demo`), until Ctrl-C; needs root.

With `--walk` it walks by itself: a browser behind openNDS goes on line and off, a computer at a switch port and one by VPN come in, and all three
are put off by a suspension.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page

from nanhu.kernel.configuration import configuration
from nanhu.testing.browsers import EXECUTABLE, open_own_browser
from tests.conftest import ROOT
from tests.interop import network_lab
from tests.interop.network_bench import PASSWORD, Bench, bench
from tests.interop.network_lab import OUTSIDE

WRAPPER = '#!/bin/sh\nexec ip netns exec {where} {executable} "$@"\n'


def shell(text: str) -> str:
    command = [sys.executable, "-m", "nanhu", "shell", "--no-imports", "--command", text]
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | {"NANHU_DEMO": "true"}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"no campus runs here (make demo, see docs/rooms/network.md): {done.stderr[-600:]}")
    return done.stdout


def tell(stand: Bench) -> None:
    lab = stand.lab
    client, any_page, internet = lab.ns["client"], f"http://{OUTSIDE}/", f"http://{OUTSIDE}:{lab.outside_port}/"
    print(f"A phone stands behind openNDS, closed. Its browser (as root it wants --no-sandbox), and {any_page} in it:")
    print(f"    ip netns exec {client} chromium --no-sandbox --user-data-dir=/tmp/lab-browser {any_page}")
    print(f"  学号、工号或来宾号 {stand.number}, 密码 {PASSWORD}, 上线. Then the internet is open:")
    print(f"    ip netns exec {client} curl {internet}")
    print("A computer at the port of a switch, 802.1X (AUTHORIZED while it may talk):")
    print(f"    ip netns exec {lab.ns['gateway']} hostapd_cli -p {lab.folder}/hostapd -i vgw all_sta")
    print("A computer at home, by VPN:")
    print(f"    ip netns exec {lab.ns['road']} curl {internet}")
    print("Put off all three:  nanhu accounts suspend", stand.number, "--reason 核查      (and resume)")


@contextmanager
def browser_behind(stand: Bench) -> Iterator[Page]:
    """Chromium in the namespace of the phone, driven by a pipe."""
    wrapper = stand.lab.folder / "browser.sh"
    wrapper.write_text(WRAPPER.format(where=stand.lab.ns["client"], executable=EXECUTABLE))
    wrapper.chmod(0o755)
    with open_own_browser(executable=str(wrapper)) as browser:
        yield browser.new_page(locale="zh-CN", viewport={"width": 390, "height": 844})


def walk(stand: Bench) -> None:
    lab = stand.lab
    print("closed:", not lab.is_open())
    with browser_behind(stand) as page:
        page.goto(f"http://{OUTSIDE}/")
        print("any page leads to:", page.url.partition("?")[0], "·", page.title())
        page.get_by_label("学号、工号或来宾号").fill(stand.number)
        page.get_by_label("密码").fill(PASSWORD)
        page.get_by_role("button", name="上线", exact=True).click()
        page.get_by_role("heading", name="已上线").wait_for()
        print(f"上线 clicked, and traffic is open after {lab.until(lab.is_open, 'it was not opened'):.1f} s")
        lab.dial_in(stand.radius, stand.number, PASSWORD)
        print("on line by VPN:", lab.is_tunnel_open(), "· the port of the switch:", lab.is_port_open())
        for name, seconds in stand.suspend().items():
            print(f"suspended: {name} ended after {seconds} s")
        lab.until(lambda: not lab.is_open(), "openNDS lets it through")
        print("closed:", not lab.is_open(), "· VPN:", lab.is_tunnel_open(), "· port:", lab.is_port_open())


def main() -> int:
    lost = network_lab.missing()
    if lost:
        print(lost)
        return 1
    print("Laying cables and starting FreeRADIUS, hostapd, ocserv and openNDS (half a minute) …", flush=True)
    with bench(shell, configuration().web_port) as stand:
        stand.lab.plug_in(stand.radius, stand.number, PASSWORD)
        if "--walk" in sys.argv:
            walk(stand)
            return 0
        stand.lab.dial_in(stand.radius, stand.number, PASSWORD)
        tell(stand)
        print("Ctrl-C takes it all away.")
        try:
            stand.lab.processes[-1].wait()
        except KeyboardInterrupt:
            print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
