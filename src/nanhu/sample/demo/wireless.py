"""The emulated wireless controller of the demo: its NAS, its place among the portal gateways, the key with which it asks."""

from typing import Final

from django.db import transaction

from nanhu.kernel.actors import Actor
from nanhu.kernel.configuration import configuration
from nanhu.kernel.secret_files import made_secret, write_private
from nanhu.platforms.identity import api as identity
from nanhu.platforms.identity import sample as identity_sample
from nanhu.services.network import api as network
from nanhu.services.network import sample as samples

BY: Final = Actor.system("demo")
NAME: Final = "sample-ac"
ADDRESS: Final = "127.0.0.1"
NETWORK: Final = "10.97.0.0/16"
SSID: Final = "hnist"
PHONES: Final = {
    "1": ("学生的手机", "02:4e:48:00:00:01"),
    "2": ("学生的平板", "02:4e:48:00:00:02"),
    "3": ("学生的笔记本", "02:4e:48:00:00:03"),
    "4": ("学生的第四台", "02:4e:48:00:00:04"),
    "5": ("老师的手机", "02:4e:48:00:00:05"),
}


@transaction.atomic
def open_the_wireless() -> str:
    """Each start: secrets anew, for the emulator's file is written anew."""
    secret, settings = made_secret(24), configuration()
    application = identity.register_application(by=BY, key="wifi", name="校园无线网", owner="信息中心")
    identity.admit_guests(by=BY, application=application)
    nas, _is_new = network.Nas.objects.update_or_create(
        address=ADDRESS,
        identifier=NAME,
        withdrawn_at=None,
        defaults={"name": "样例无线控制器", "kind": "portal20", "secret": secret, "coa_port": settings.wlan_port + 1},
    )
    samples.set_portal_gateway(
        by=BY, nas=nas, kind="portal20", name=NAME, networks=NETWORK, secret=secret, port=settings.wlan_port
    )
    facts = {
        "name": NAME,
        "address": ADDRESS,
        "secret": secret,
        "page": f"{settings.public_url}/wifi/",
        "radius": f"http://127.0.0.1:{settings.web_port}/radius",
        "radius_key": identity_sample.issue_radius_key(by=BY, application=application, session_seconds=8 * 3600),
        "portal_port": settings.wlan_port,
        "disconnect_port": settings.wlan_port + 1,
        "interim_seconds": nas.interim_seconds,
        "phones": {
            key: {"name": name, "mac": mac, "address": f"10.97.0.{10 + int(key)}", "ssid": SSID}
            for key, (name, mac) in PHONES.items()
        },
    }
    write_private(settings.data_dir / "emulators" / "wlan.json", facts)
    return f"{len(PHONES)} 部手机"
