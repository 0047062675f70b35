"""A few lines of Python inside a running campus, for what a test must prepare or compare with the house's own words."""

import subprocess
import sys

from tests.conftest import ROOT, Campus


def inside(campus: Campus, program: str, *arguments: str) -> str:
    environment = {**campus.environment, "NANHU_DEMO": "1", "DJANGO_SETTINGS_MODULE": "nanhu.project.settings"}
    result = subprocess.run(
        [sys.executable, "-c", program, *arguments], env=environment, cwd=ROOT, capture_output=True, text=True, timeout=120,
        check=False,
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    return result.stdout.splitlines()[-1]
