"""Who may do what in this part."""

from nanhu.platforms.identity.api import role_required

PHONE_DESK = "card.phone_desk"
REGISTRAR = "card.registrar"
phone_desk_only = role_required(PHONE_DESK)
