"""eduroam with real FreeRADIUS servers: ours with the files that `nanhu radius_key eduroam` writes, and an emulated federation beside it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from nanhu.testing.ports import free_ports
from tests.conftest import open_folder
from tests.interop import federation, freeradius
from tests.interop.conftest import PASSWORD, Network
from tests.interop.freeradius import FreeRadius

REALM = "hnist.edu.cn"
POLICY = """
from nanhu.kernel.clock import campus_today
from nanhu.services.network.models import Nas, Policy
nas, _new = Nas.objects.get_or_create(
    address="127.0.0.1", identifier="", withdrawn_at=None, defaults={"name": "interop", "kind": "ac"}
)
nas.applications = ["wifi", "vpn", "eduroam"]
nas.save()
Policy.objects.get_or_create(
    role="guest", service="eduroam", withdrawn_at=None,
    defaults=dict(devices=2, vlan="77", session_seconds=5400, starts_on=campus_today(), reason="test", created_by_name="test"),
)
"""
GRANTS = """
from nanhu.services.network.models import Grant
print("grants", *Grant.objects.filter(service="eduroam").order_by("-pk").values_list("guest", flat=True)[:1])
"""


@dataclass
class Roaming:
    ours: FreeRadius
    theirs: FreeRadius


@pytest.fixture(scope="module")
def roaming(network: Network) -> Iterator[Roaming]:
    campus = network.campus
    with open_folder() as folder, open_folder() as abroad:
        port, accounting, their_port = free_ports(3)
        ours = freeradius.laid_out(folder, port, accounting)
        ours.add(campus, "eduroam", "eduroam", source="127.0.0.1")
        ours.join("eduroam", their_port, source="127.0.0.3")
        freeradius.given_to(folder, "freerad")
        theirs = federation.laid_out(
            abroad,
            their_port,
            ours=REALM,
            our_port=port,
            secret=ours.secrets["federation"],
            source="127.0.0.3",
            certs=folder / "certs",
        )
        done = campus.nanhu("shell", "--no-imports", "--command", POLICY)
        assert done.returncode == 0, done.stderr
        theirs.start()
        ours.start()
        try:
            yield Roaming(ours, theirs)
        finally:
            ours.stop()
            theirs.stop()


def accept_in(said: str) -> str:
    return said.rpartition("(Access-Accept)")[2]


@pytest.mark.capability("A171.2")
def test_a_visitor_is_let_in_by_his_home_and_gets_the_policy_of_eduroam_here(
    network: Network, roaming: Roaming
) -> None:
    is_in, said = roaming.ours.ttls(
        federation.VISITOR, federation.PASSWORD, key="eduroam", outer=f"anonymous@{federation.REALM}"
    )
    assert is_in, said[-3000:] + roaming.ours.log()[-3000:]
    assert "MPPE keys OK: 1" in said
    told = accept_in(said)
    assert "Value: 3737" in told, "VLAN 77 of our policy"
    assert "363636" not in told, "and not what another school says"
    assert "6e6f746865722d7363686f6f6c73" not in told
    assert re.search(r"Attribute 25 \(Class\).*\n\s+Value: 6e313a[0-9a-f]{52}\n", told), told[:2000]
    assert f"anonymous@{federation.REALM} operator=1{REALM} nas={REALM} address=\n" in federation.asked(roaming.theirs)
    done = network.campus.nanhu("shell", "--no-imports", "--command", GRANTS)
    assert f"grants eduroam:alias-of-that-guest@{federation.REALM}" in done.stdout, done.stdout + done.stderr
    assert not roaming.ours.ttls(federation.VISITOR, "wrong", key="eduroam", outer=f"anonymous@{federation.REALM}")[0]


@pytest.mark.capability("A171.2")
def test_ours_come_in_at_home_without_the_federation_and_abroad_by_it_under_another_name(
    network: Network, roaming: Roaming
) -> None:
    number, outer = network.people["student"], f"anonymous@{REALM}"
    is_in, said = roaming.ours.ttls(number, PASSWORD, key="eduroam", outer=outer)
    assert is_in, said[-3000:]
    assert re.search(r"Attribute 25 \(Class\).*\n\s+Value: 6e313a", accept_in(said))
    assert f"@{REALM} " not in federation.asked(roaming.theirs), "our own realm never goes round by the federation"

    is_in, said = roaming.theirs.ttls(f"{number}@{REALM}", PASSWORD, key="campus", outer=f"{number}@{REALM}")
    assert is_in, "one name inside and outside, as phones have it" + said[-3000:]
    is_in, said = roaming.theirs.ttls(number, PASSWORD, key="campus", outer=outer)
    assert is_in, said[-3000:] + roaming.ours.log()[-3000:]
    told = accept_in(said)
    assert "Attribute 89" in told, "an alias for the school that he visits"
    assert number.encode().hex() not in told
    assert "Value: 6e313a" not in told, "nor a grant of ours"
    assert not roaming.theirs.ttls(number, "wrong", key="campus", outer=outer)[0]


def test_no_realm_a_realm_below_ours_and_a_realm_of_others_by_the_federation_are_refused(roaming: Roaming) -> None:
    names = ("14231200001", f"x@lab.{REALM}")
    said = {name: federation.radtest(roaming.ours, name, key="eduroam") for name in names}

    assert all("Received Access-Reject" in one for one in said.values()), said
    assert f"number@{REALM}" in said["14231200001"]
    assert f"realm is {REALM}" in said[f"x@lab.{REALM}"]
    assert "Received Access-Reject" in federation.radtest(roaming.theirs, "x@transit.example", key="campus")
    assert "transit" not in federation.asked(roaming.theirs), "we are no way from one school to another"
