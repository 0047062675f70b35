"""The addresses of the rooms."""

from django.apps import apps
from django.urls import URLPattern, URLResolver, include, path

from nanhu.kernel.jobs.views import progress_page

ROOMS = [
    ("", "nanhu.kernel.ui.urls"),
    ("", "nanhu.kernel.doctor.urls"),
    ("lists/", "nanhu.kernel.kit.urls"),
    ("files/", "nanhu.kernel.files.urls"),
    ("", "nanhu.kernel.printing.urls"),
    ("", "nanhu.platforms.identity.urls"),
    ("people/", "nanhu.platforms.people.urls"),
    ("campus/", "nanhu.platforms.campus.urls"),
    ("datahub/", "nanhu.platforms.datahub.urls"),
    ("notices/", "nanhu.platforms.messages.urls"),
    ("messages/", "nanhu.platforms.messages.inbox_urls"),
    ("card/doors/", "nanhu.platforms.access.urls"),
    ("card/bank/app/v1/", "nanhu.platforms.payments.app_urls"),
    ("card/bank/notices/", "nanhu.platforms.payments.notice_urls"),
    ("card/bank/agreement/", "nanhu.platforms.payments.agreement_urls"),
    ("parties/", "nanhu.platforms.parties.urls"),
    ("payments/", "nanhu.platforms.payments.urls"),
    ("ledger/", "nanhu.platforms.ledger.urls"),
    ("card/fleet/", "nanhu.platforms.terminals.device_urls"),
    ("card/machines/", "nanhu.platforms.terminals.kiosk_urls"),
    ("card/", "nanhu.systems.card.urls"),
    ("dormitory/", "nanhu.systems.dormitory.urls"),
    ("directory/", "nanhu.services.directory.urls"),
    ("venues/", "nanhu.services.venues.urls"),
    ("lostfound/", "nanhu.services.lostfound.urls"),
    ("requests/", "nanhu.services.requests.urls"),
    ("mobile/", "nanhu.services.mobile.urls"),
    ("", "nanhu.services.network.portal.urls"),
    ("network/", "nanhu.services.network.reach.urls"),
    ("network/", "nanhu.services.network.urls"),
    ("", "nanhu.services.mobile.root_urls"),
    ("assets/", "nanhu.systems.assets.urls"),
    ("a/", "nanhu.systems.assets.counting.found_urls"),
    ("terminal/v1/", "nanhu.platforms.terminals.urls"),
    ("flows/", "nanhu.platforms.flows.urls"),
    ("openapi/", "nanhu.platforms.openapi.urls"),
    ("api/", "nanhu.platforms.openapi.api_urls"),
    ("", "nanhu.platforms.portal.urls"),
]


def is_here(module: str) -> bool:
    """A system that a school has not installed has no addresses."""
    return not module.startswith("nanhu.systems.") or apps.is_installed(".".join(module.split(".")[:3]))


def in_turn() -> list[tuple[str, str]]:
    """Rooms below a word of their own first: they are passed over by one comparison, the others by one for each of their addresses; of those
    the portal, whose home is asked for most. Programs ask more often than people."""
    here = [room for room in ROOMS if is_here(room[1])]
    return sorted(here, key=lambda room: (room[0] != "api/", not room[0], room[1] != "nanhu.platforms.portal.urls"))


urlpatterns: list[URLPattern | URLResolver] = [
    path("progress/<uuid:public_id>/", progress_page, name="progress"),
    *[path(prefix, include(module)) for prefix, module in in_turn()],
]

handler400 = "nanhu.kernel.ui.error_pages.bad_request"
handler403 = "nanhu.kernel.ui.error_pages.forbidden"
handler404 = "nanhu.kernel.ui.error_pages.not_found"
handler500 = "nanhu.kernel.ui.error_pages.server_error"
