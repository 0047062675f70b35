"""What a benchmark must ask from inside the campus it measures: a module run in a process of its own, with Django set up."""

import json
import os
import subprocess
import sys
from typing import Any

from bench.campus import ROOT, Campus, fresh_campus


def ask_inside(campus: Campus, module: str, *arguments: str) -> Any:
    """Run `python -m module` in the campus's environment; the last line it prints is JSON."""
    command = [sys.executable, "-m", module, *arguments]
    result = subprocess.run(command, env=campus.environment, cwd=ROOT, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        raise RuntimeError(result.stderr[-4000:])
    return json.loads(result.stdout.splitlines()[-1])


def ask_fresh_campus(module: str, *, demo: bool = True, **settings: str) -> Any:
    """The same of a campus with its tables and nothing in them, which is gone afterwards."""
    with fresh_campus(demo=demo) as campus:
        campus.environment.update(settings)
        campus.nanhu("migrate", "--verbosity", "0")
        return ask_inside(campus, module)


def set_up_django() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nanhu.project.settings")
    import django

    django.setup()


def cookie_of(client: Any) -> str:
    """What a signed-in test client sends, as a header."""
    return "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())
