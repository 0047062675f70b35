"""Pure rules of the sign-in page: what may stand in a gateway's parameters, what is a probe of an operating system."""

from datetime import timedelta
from typing import Final

TRUSTED_FOR: Final = timedelta(days=30)
VISIT_SECONDS: Final = 20 * 60
PROOF_SECONDS: Final = 5 * 60
"""Between the password and the choice of the device that goes."""
PATIENCE: Final = timedelta(seconds=10)
"""How long a gateway may take; after a third and two thirds of it it is asked once more."""
INTERCEPTED: Final = "http://192.0.2.1/"
"""Nobody's (RFC 5737), by plain http: the gateway takes it for itself and leads back here with its parameters."""
LONGEST_SSID: Final = 64
APPLE: Final = "<HTML><HEAD><TITLE>Success</TITLE></HEAD><BODY>Success</BODY></HTML>"
FIREFOX: Final = '<meta http-equiv="refresh" content="0;url=https://support.mozilla.org/kb/captive-portal"/>'
PROBES: Final[dict[str, tuple[str, str]]] = {
    "generate_204": ("", ""),
    "gen_204": ("", ""),
    "hotspot-detect.html": ("text/html", APPLE),
    "library/test/success.html": ("text/html", APPLE),
    "ncsi.txt": ("text/plain", "Microsoft NCSI"),
    "connecttest.txt": ("text/plain", "Microsoft Connect Test"),
    "redirect": ("", ""),
    "canonical.html": ("text/html", FIREFOX),
    "success.txt": ("text/plain", "success\n"),
    "check_network_status.txt": ("text/plain", "NetworkManager is online\n"),
    "nm": ("text/plain", "NetworkManager is online\n"),
}
"""What the systems' own servers answer to who is on line (Android, Apple, Windows and the page that it opens where its answer did not come,
Firefox, Linux)."""
