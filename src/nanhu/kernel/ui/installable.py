"""The portal as an app on a phone (装到手机): its manifest, and the facts of its worker."""

import hashlib
import json
from functools import cache
from typing import Any, Final

from django.conf import settings
from django.templatetags.static import static
from django.utils.translation import gettext

from nanhu.kernel import registry
from nanhu.kernel.school import school
from nanhu.kernel.ui.templatetags.ui import theme_url

SHELL: Final = (
    "ui/css/tokens.css",
    "ui/css/base.css",
    "ui/css/layout.css",
    "ui/css/components.css",
    "ui/css/pages.css",
    "ui/css/lake.css",
    "ui/js/ui.js",
    "ui/img/favicon.svg",
)
SHORTCUTS: Final = 4


@cache
def shell() -> tuple[str, ...]:
    """Addresses of what every page needs; with a digest in each name, where files are served for good."""
    return (*(static(name) for name in SHELL), theme_url())


def worker_facts() -> dict[str, str]:
    pages = list(registry.offline_pages)
    facts = {
        "shell": json.dumps(shell()),
        "kept": json.dumps(sorted(one.address() for one in pages if not one.ends)),
        "offline": gettext("截至 {time}，离线"),
        "slow": gettext("网络慢，先给您看 {time} 的；刷新看新的"),
        "zone": settings.TIME_ZONE,
        "ends": json.dumps(sorted(one.address() for one in pages if one.ends)),
    }
    version = hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:12]
    return {**facts, "version": version}


def manifest() -> dict[str, Any]:
    own = school()
    return {
        "id": "/",
        "name": f"{own.name} · {gettext('南湖')}",
        "short_name": own.short_name,
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#faf7f0",
        "theme_color": "#0b3142",
        "icons": [
            {"src": static("ui/img/favicon.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"},
            {"src": static("ui/img/maskable.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "maskable"},
        ],
        "shortcuts": shortcuts(),
    }


def shortcuts() -> list[dict[str, str]]:
    """What stands in the phone's bar (付款码、待办), and what is kept for when there is no network."""
    bar = [one for one in registry.applications if one.is_primary or one.bar]
    found = {one.address(): str(one.bar or one.name) for one in sorted(bar, key=lambda one: not one.is_primary)}
    found |= {one.address(): str(one.title) for one in registry.offline_pages if one.title}
    return [{"name": name, "url": address} for address, name in list(found.items())[:SHORTCUTS]]
