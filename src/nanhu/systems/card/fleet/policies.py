"""Who may do what in this part."""

PHONE_DESK = "card.phone_desk"
REGISTRAR = "card.registrar"
