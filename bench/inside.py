"""What a benchmark must ask from inside the campus it measures: a module run in a process of its own, with Django set up."""

import json
import os
import subprocess
import sys
from typing import Any

from bench.campus import ROOT, Campus


def ask_inside(campus: Campus, module: str) -> Any:
    """Run `python -m module` in the campus's environment; the last line it prints is JSON."""
    result = subprocess.run(
        [sys.executable, "-m", module], env=campus.environment, cwd=ROOT, capture_output=True, text=True, check=False
    )
    if result.returncode != 0:
        raise RuntimeError(result.stderr[-4000:])
    return json.loads(result.stdout.splitlines()[-1])


def set_up_django() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nanhu.project.settings")
    import django

    django.setup()


def cookie_of(client: Any) -> str:
    """What a signed-in test client sends, as a header."""
    return "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())
