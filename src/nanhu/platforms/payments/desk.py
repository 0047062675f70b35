"""The desk of the bank and of the day close, with its pages in the order of their tabs."""

from nanhu.platforms.payments.console import desk

# isort: off
from nanhu.platforms.payments.views import differences
from nanhu.platforms.payments.views import agreements
from nanhu.platforms.payments.views import payouts
from nanhu.platforms.payments.views import deposits
from nanhu.platforms.payments.views import days
from nanhu.platforms.payments.views import channels
# isort: on

__all__ = ["agreements", "channels", "days", "deposits", "desk", "differences", "payouts"]
