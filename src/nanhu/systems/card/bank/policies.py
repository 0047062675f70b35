"""Who may see what of the bank's part: the card office's clerks, and finance for money that leaves."""

from nanhu.platforms.identity.api import role_required
from nanhu.systems.card.policies import CLERK, FINANCE

office_only = role_required(CLERK, FINANCE)
