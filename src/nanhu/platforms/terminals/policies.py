"""Who may do what with devices."""

CLERK = "terminals.clerk"
REGISTRAR = "terminals.registrar"
