"""An Apache in the foreground, in a folder of the test: what each of its client modules stands on."""

import grp
import os
import pwd
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import requests

from nanhu.kernel.child_processes import dying_with_parent
from nanhu.testing.patience import PATIENCE_SECONDS

MODULES = Path("/usr/lib/apache2/modules")
COMMON = ("mpm_event", "authn_core", "authz_core", "authz_user", "mime", "dir", "env", "alias", "cgid")
BASE = """
ServerRoot "{folder}"
PidFile "{folder}/httpd.pid"
DefaultRuntimeDir "{folder}"
Mutex file:{folder} default
ScriptSock "{folder}/cgid.sock"
TypesConfig /etc/mime.types
ErrorLog "{folder}/error.log"
LogLevel info
{modules}
{owner}
"""


@dataclass
class Apache:
    folder: Path
    process: subprocess.Popen[bytes]

    def log(self) -> str:
        found = (self.folder / name for name in ("out.log", "error.log"))
        return "\n".join(path.read_text(errors="replace")[-6000:] for path in found if path.exists())

    def stop(self) -> None:
        self.process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=PATIENCE_SECONDS)
        self.process.kill()
        self.process.wait()


def start(folder: Path, *, module: str, body: str, probe: str) -> Apache:
    """A child of the test; `probe` answers, whatever it says, when this returns. `module` is a file name without suffix."""
    (folder / "httpd.conf").write_text(base(folder, module) + body)
    with (folder / "out.log").open("wb") as log:
        command = ["/usr/sbin/apache2", "-f", str(folder / "httpd.conf"), "-DFOREGROUND"]
        apache = Apache(
            folder, subprocess.Popen(dying_with_parent(command), stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        )
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline and apache.process.poll() is None:
        with suppress(requests.RequestException):
            requests.get(probe, timeout=PATIENCE_SECONDS, allow_redirects=False)
            return apache
        time.sleep(0.05)
    apache.stop()
    raise RuntimeError(apache.log())


def base(folder: Path, module: str) -> str:
    lines = [f"LoadModule {name}_module {MODULES}/mod_{name}.so" for name in COMMON]
    name = module if module == "mod_shib" else f"{module.removeprefix('mod_')}_module"
    lines.append(f"LoadModule {name} {MODULES}/{module}.so")
    owner = "User www-data\nGroup www-data" if os.geteuid() == 0 else ""
    return BASE.format(folder=folder, modules="\n".join(lines), owner=owner)


def write_script(path: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)


def give_to_apache(path: Path) -> None:
    """Its children run as another user when the test is root's."""
    if os.geteuid() == 0:
        os.chown(path, pwd.getpwnam("www-data").pw_uid, grp.getgrnam("www-data").gr_gid)
