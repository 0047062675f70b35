"""Who pays out: the finance office and the student office (发放经办)."""

PAYER = "card.payer"
