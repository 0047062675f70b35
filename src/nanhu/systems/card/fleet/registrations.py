"""What the portal, the doctor and the worker show of this part."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel import registry
from nanhu.kernel.registry import FoundCards, SchoolRules
from nanhu.systems.card.fleet import parts  # noqa: F401  (registering is its effect)
from nanhu.systems.card.fleet.checks import no_terminal_is_abused
from nanhu.systems.card.fleet.exposure import usual_card_fen
from nanhu.systems.card.fleet.services.found import report_found

registry.checks.add(registry.Check(key="card.abuse", title=_("终端盗用"), run=no_terminal_is_abused, order=47))
registry.school_rules.add(
    SchoolRules(key="card.offline_card_fen", read=usual_card_fen),
)
registry.found_cards.add(FoundCards(key="card", report=report_found))
