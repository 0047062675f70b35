"""Retries of mails and text messages that wait to be sent, in the worker."""

from nanhu.kernel.delivery.mails import MAILS
from nanhu.kernel.delivery.messages import CHANNEL
from nanhu.kernel.delivery.texts import TEXTS
from nanhu.kernel.retries import in_the_worker

in_the_worker("kernel_delivery", TEXTS, MAILS, channel=CHANNEL)
