from nanhu.systems.assets.models.depreciation import (
    Booked,
    BookedMonth,
    BookedSum,
    ClosedLine,
    Depreciation,
    Improvement,
    MonthClose,
    Plan,
)
from nanhu.systems.assets.models.disposing import ApprovalLevel, Disposal, DisposalLine, Loss
from nanhu.systems.assets.models.importing import CardImport, CardRow, ClassImport, ClassRow, Rollback
from nanhu.systems.assets.models.inspecting import Inspection, InspectionRecord
from nanhu.systems.assets.models.moving import HandOver, Loan, Maintenance, Movement, Transfer
from nanhu.systems.assets.models.receiving import Payment, Purchase, Receipt, ReceiptLine, ReceiptPhoto, Reversal
from nanhu.systems.assets.models.stock import Instrument, StockItem, StockMove
from nanhu.systems.assets.models.things import Asset, Classification, Figure, ServiceLife

__all__ = [
    "ApprovalLevel",
    "Asset",
    "Booked",
    "BookedMonth",
    "BookedSum",
    "CardImport",
    "CardRow",
    "ClassImport",
    "ClassRow",
    "Classification",
    "ClosedLine",
    "Depreciation",
    "Disposal",
    "DisposalLine",
    "Figure",
    "HandOver",
    "Improvement",
    "Inspection",
    "InspectionRecord",
    "Instrument",
    "Loan",
    "Loss",
    "Maintenance",
    "MonthClose",
    "Movement",
    "Payment",
    "Plan",
    "Purchase",
    "Receipt",
    "ReceiptLine",
    "ReceiptPhoto",
    "Reversal",
    "Rollback",
    "ServiceLife",
    "StockItem",
    "StockMove",
    "Transfer",
]
