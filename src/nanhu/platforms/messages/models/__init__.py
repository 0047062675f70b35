from nanhu.platforms.messages.models.choices import ChannelChoice, MessageSettings, PushSubscription
from nanhu.platforms.messages.models.messages import Delivery, Entry, Message, MessageTally, Parcel
from nanhu.platforms.messages.models.notices import Attachment, Notice, NoticeUnit, Receipt, stored_at

__all__ = [
    "Attachment",
    "ChannelChoice",
    "Delivery",
    "Entry",
    "Message",
    "MessageSettings",
    "MessageTally",
    "Notice",
    "NoticeUnit",
    "Parcel",
    "PushSubscription",
    "Receipt",
    "stored_at",
]
