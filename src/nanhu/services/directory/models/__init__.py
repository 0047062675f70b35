"""What the directory keeps: the book of phones, accounts and answers; hours of units; duties."""

from nanhu.services.directory.models.book import (
    EXTENSION_SHAPE,
    KINDS,
    NUMBER_SHAPE,
    Account,
    Answer,
    EmergencyChange,
    Phone,
    UnitOwned,
)
from nanhu.services.directory.models.duties import Duty, DutyExchange, DutyList, DutyRollback
from nanhu.services.directory.models.hours import UnitHours
from nanhu.services.directory.models.mobiles import StaffMobile
from nanhu.services.directory.models.phone_lists import PhoneList, PhoneListRow, PhoneRollback

__all__ = [
    "EXTENSION_SHAPE",
    "KINDS",
    "NUMBER_SHAPE",
    "Account",
    "Answer",
    "Duty",
    "DutyExchange",
    "DutyList",
    "DutyRollback",
    "EmergencyChange",
    "Phone",
    "PhoneList",
    "PhoneListRow",
    "PhoneRollback",
    "StaffMobile",
    "UnitHours",
    "UnitOwned",
]
