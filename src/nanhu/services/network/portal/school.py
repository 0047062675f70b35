"""What the school file says of its Wi-Fi: names, and the fixed address that stands on posters."""

from functools import cache
from urllib.parse import urlsplit

from nanhu.kernel.configuration import configuration
from nanhu.kernel.school import school


@cache
def portal_host() -> str:
    """The host that posters name ("wifi.hnist.cn"), "" where the school has none. Over plain http, for no certificate stands in the way."""
    return school().table("network.portal").text("host", "").lower()


def ssids() -> list[tuple[str, str]]:
    """The Wi-Fi's names with their bands."""
    facts = school().table("network")
    both = [(facts.text("ssid", school().short_name), "2.4 GHz"), (facts.text("ssid_5ghz", ""), "5 GHz")]
    return both if both[1][0] else [(both[0][0], "")]


def fixed_address() -> str:
    return f"http://{portal_host()}" if portal_host() else f"{configuration().public_url}/wifi/"


def portal_address(path: str = "/wifi/") -> str:
    return f"{configuration().public_url}{path}"


def is_portal_host(host: str) -> bool:
    return bool(portal_host()) and urlsplit(f"//{host}").hostname == portal_host()
