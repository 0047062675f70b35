"""What a device may put inside the tunnel: PAP and GTC come in, MSCHAPv2 is not offered. FreeRADIUS and Linux's supplicant."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from nanhu.kernel.configuration import configuration
from nanhu.platforms.identity import sample as identity_sample
from nanhu.platforms.identity.lifecycle.accounts import open_accounts
from nanhu.platforms.identity.protocols.radius import snippets
from nanhu.platforms.identity.protocols.radius.services import clients
from nanhu.platforms.identity.services.applications import register_application
from nanhu.platforms.identity.tests.conftest import PASSWORD, TEST, make_member
from nanhu.testing.ports import free_ports
from tests.conftest import open_folder
from tests.interop import freeradius
from tests.interop.freeradius import FreeRadius

pytestmark = pytest.mark.django_db(transaction=True)
NAME = "0020260101"


@pytest.fixture
def radius(live_server, monkeypatch) -> Iterator[FreeRadius]:
    member = make_member("曾小南", "430602200803151234", "13873012345", student=NAME)
    open_accounts(by=TEST, person_ids=[member.person_id])
    identity_sample.set_password_for_sample(by=TEST, campus_no=NAME, password=PASSWORD)
    application = register_application(by=TEST, key="wifi", name="校园无线网", owner="信息中心", attributes=[])
    key = clients.issue_key(by=TEST, application=application)
    here = replace(configuration(), public_url=live_server.url)
    monkeypatch.setattr(snippets, "configuration", lambda: here)
    with open_folder() as folder:
        found = freeradius.laid_out(folder, *free_ports(2))
        for path, text in snippets.files_for(application, service="network", key=key).items():
            (folder / "ours" / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / "ours" / path).write_text(text)
        found.lay_in("wifi", source="127.0.0.1")
        freeradius.given_to(folder, "freerad")
        found.start()
        try:
            yield found
        finally:
            found.stop()


def test_pap_and_gtc_open_and_mschapv2_is_not_offered(radius):
    assert radius.ttls(NAME, PASSWORD)[0], radius.log()[-3000:]
    is_in, said = radius.ttls(NAME, PASSWORD, inner="autheap=GTC")
    assert is_in, said[-3000:]
    assert "EAP-GTC" in said, said[-3000:]
    assert not radius.ttls(NAME, "not-the-password", inner="autheap=GTC")[0]
    for other in ("autheap=MSCHAPV2", "auth=MSCHAPV2"):
        assert not radius.ttls(NAME, PASSWORD, inner=other)[0]
