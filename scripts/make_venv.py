"""Make a virtual environment with pip, also where Debian's python3-venv is not installed.

Usage: python3 scripts/make_venv.py DIRECTORY
"""

import importlib.util
import io
import json
import os
import subprocess
import sys
import urllib.request
import venv
import zipfile
from pathlib import Path


def main(directory: str) -> None:
    has_pip = importlib.util.find_spec("ensurepip") is not None
    venv.create(directory, with_pip=has_pip, clear=True, symlinks=True)
    if not has_pip:
        install_pip(Path(directory))


def install_pip(directory: Path) -> None:
    """Fetch pip's own wheel from the package index and let it install itself."""
    python = directory / "bin" / "python"
    if subprocess.run([sys.executable, "-m", "pip", "--version"], capture_output=True, check=False).returncode == 0:
        subprocess.run([sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "pip"], check=True)
        return
    index = os.environ.get("PIP_INDEX_URL", "https://pypi.org/simple").rstrip("/")
    request = urllib.request.Request(f"{index}/pip/", headers={"Accept": "application/vnd.pypi.simple.v1+json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        files = json.load(answer)["files"]
    wheel = [file["url"] for file in files if file["filename"].endswith("-none-any.whl") and not file.get("yanked")][-1]
    with urllib.request.urlopen(wheel, timeout=60) as answer:
        archive = zipfile.ZipFile(io.BytesIO(answer.read()))
    bootstrap = directory / "pip-bootstrap"
    archive.extractall(bootstrap)
    subprocess.run([python, "-m", "pip", "install", "--quiet", "pip"], check=True, env={**os.environ, "PYTHONPATH": str(bootstrap)})


if __name__ == "__main__":
    main(sys.argv[1])
