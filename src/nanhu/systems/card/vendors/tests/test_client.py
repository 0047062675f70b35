"""The programs of docs/protocols/vendor-api.md, run as they stand against a running server."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from nanhu.systems.card.tests.conftest import bring_in_the_cast
from nanhu.systems.card.vendors.models import SandboxPayment
from nanhu.systems.card.vendors.tests.conftest import Shop, register
from nanhu.testing.patience import PATIENCE_SECONDS

DOCUMENT = Path(__file__).parents[6] / "docs" / "protocols" / "vendor-api.md"
pytestmark = pytest.mark.django_db(transaction=True)


def program(language):
    return re.search(rf"```{language}\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)[1]


@pytest.fixture
def surroundings(live_server):
    bring_in_the_cast()
    shop = Shop(register(), mode="test")
    return {**os.environ, "NANHU_URL": live_server.url, "NANHU_KEY": shop.secret, "no_proxy": "*"}


def run(command, surroundings):
    done = subprocess.run(
        command, env=surroundings, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_python_client_pays_and_gives_back(surroundings):
    assert run([sys.executable, "-c", program("python")], surroundings).split() == ["succeeded", "550"]
    assert SandboxPayment.objects.get().refunded_fen == 300


@pytest.mark.skipif(not (shutil.which("curl") and shutil.which("openssl")), reason="needs curl and openssl")
def test_the_shell_client_pays(surroundings):
    assert json.loads(run(["sh", "-c", program("sh")], surroundings))["status"] == "succeeded"
