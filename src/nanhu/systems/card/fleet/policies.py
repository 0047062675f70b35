"""Who may do what in this part."""

from nanhu.platforms.identity.api import role_required
from nanhu.systems.card.closing.policies import FINANCE
from nanhu.systems.card.policies import CLERK

PHONE_DESK = "card.phone_desk"
REGISTRAR = "card.registrar"
clerk_only = role_required(CLERK)
phone_desk_only = role_required(PHONE_DESK)
fleet_viewer = role_required(CLERK, REGISTRAR)
registrar_only = role_required(REGISTRAR)
finance_only = role_required(FINANCE)
merchant_keeper = role_required(REGISTRAR, FINANCE)
