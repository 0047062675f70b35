"""Make a virtual environment with pip, also where the system's Python came without its venv package.

Usage: python3 scripts/make_venv.py DIRECTORY
"""

import importlib.util
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

HELP = """This Python has neither ensurepip nor pip, and they could not be installed.
On Debian or Ubuntu:  apt-get install python3-venv"""


def main(directory: str) -> None:
    """Prefer the interpreter's own ensurepip, then a pip that is there, then Debian's package."""
    if not has("ensurepip") and not has("pip"):
        install_debian_package()
    venv.create(directory, with_pip=has("ensurepip"), clear=True, symlinks=True)
    python = Path(directory) / "bin" / "python"
    if not has("ensurepip"):
        subprocess.run([sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "pip"], check=True)


def has(module: str) -> bool:
    importlib.invalidate_caches()
    return importlib.util.find_spec(module) is not None


def install_debian_package() -> None:
    if shutil.which("apt-get") is None:
        sys.exit(HELP)
    prefix = [] if os.geteuid() == 0 else ["sudo"]
    package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    print(f"Installing {package} …")
    subprocess.run([*prefix, "apt-get", "update", "-qq"], check=False)
    subprocess.run([*prefix, "apt-get", "install", "-y", "-qq", "--no-install-recommends", package], check=False)
    if not has("ensurepip"):
        sys.exit(HELP)


if __name__ == "__main__":
    main(sys.argv[1])
