"""`make network-lab`: the network of `network_lab` against a running campus (`make demo`), until Ctrl-C; needs root."""

import os
import subprocess
import sys
from pathlib import Path

from nanhu.kernel.configuration import configuration
from nanhu.services.network.portal.adapters import opennds
from tests.conftest import ROOT, open_folder
from tests.interop import network_lab
from tests.interop.network_lab import FASKEY, OUTSIDE
from tests.interop.test_network_lab import AGENT, SET_UP


def main() -> int:
    lost = network_lab.missing()
    if lost:
        print(lost)
        return 1
    port = configuration().web_port
    command = [sys.executable, "-m", "nanhu", "shell", "--no-imports", "--command", SET_UP]
    done = subprocess.run(command, cwd=ROOT, env=os.environ, capture_output=True, text=True, check=False)
    if "done" not in done.stdout:
        print(f"no campus runs here (make demo): {done.stderr[-400:]}")
        return 1
    with open_folder() as folder, network_lab.lab(Path(folder), port) as lab:
        lab.start_agent(AGENT, f"http://{OUTSIDE}:{lab.port}", opennds.agent_key(FASKEY))
        client = lab.ns["client"]
        print(f"A client stands behind openNDS. Its browser or shell:  ip netns exec {client} bash")
        print(f"  closed, and led to the page:   ip netns exec {client} curl -i http://{OUTSIDE}/")
        print(f"  the internet, once it is open: ip netns exec {client} curl http://{OUTSIDE}:{lab.outside_port}/")
        print("Ctrl-C takes it all away.")
        try:
            lab.processes[-1].wait()
        except KeyboardInterrupt:
            print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
