"""Who pays out: the finance office and the student office (发放经办). Who charges rooms: logistics (水电代扣经办)."""

PAYER = "card.payer"
BILLER = "card.biller"
