"""An access point of somebody else under our name: Linux's supplicant with the settings that `/help/wifi` gives tells it nothing."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from nanhu.platforms.identity.protocols.radius import profiles
from nanhu.testing.ports import free_ports
from tests.conftest import open_folder
from tests.interop import evil_twin, federation, freeradius
from tests.interop.freeradius import FreeRadius

NAME, PASSWORD = "14231200001", "Reed-Boat-1995"
UNCHECKED = re.compile(r"^ +(ca_cert|domain_match)=.*\n", re.MULTILINE)


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The school's authority, and its server's certificate."""
    folder = tmp_path_factory.mktemp("ours")
    freeradius.certify(folder)
    return folder


@contextmanager
def twin(ours: Path, shown: str) -> Iterator[FreeRadius]:
    [port] = free_ports(1)
    with open_folder() as folder:
        made = evil_twin.laid_out(folder, port)
        if shown != "an authority of its own":
            shutil.copytree(ours, folder / "certs", dirs_exist_ok=True)
        if shown == "another name of our authority":
            freeradius.certify_server(folder / "certs", "printer.nanhu.test")
        freeradius.given_to(folder, "freerad")
        made.start()
        try:
            yield made
        finally:
            made.stop()


def profile(ours: Path) -> str:
    """As the page says it, with name and password filled in and our authority's file where the test has it."""
    authority = (ours / "nanhu-ca.pem").read_text()
    text = profiles.wpa_supplicant(profiles.Network(ssid="hnist", server=freeradius.SERVER, authority=authority))
    filled = text.replace("/etc/ssl/certs/nanhu-ca.pem", str(ours / "nanhu-ca.pem"))
    return filled.replace('identity="…"', f'identity="{NAME}"').replace('password="…"', f'password="{PASSWORD}"')


@pytest.mark.parametrize("shown", ["an authority of its own", "another name of our authority"])
def test_an_evil_twin_learns_neither_password_nor_number(ours: Path, shown: str) -> None:
    with twin(ours, shown) as evil:
        is_in, said = evil.supplicant(profile(ours))
        heard = federation.asked(evil)
        assert (is_in, profiles.outer_identity() in heard) == (False, True), said[-2000:]
        assert (NAME in heard + evil.log(), PASSWORD in heard + evil.log()) == (False, False)

        assert evil.supplicant(UNCHECKED.sub("", profile(ours)))[0], "this twin is a good one"
        assert f"{NAME} {PASSWORD}" in federation.asked(evil)


def test_the_same_settings_come_in_where_the_server_is_ours(ours: Path) -> None:
    with twin(ours, "ours") as honest:
        is_in, said = honest.supplicant(profile(ours))
        assert is_in, said[-2000:]
