"""What somebody is called who did not type a name."""

from nanhu.platforms.identity.models import Account
from nanhu.platforms.identity.services.contact_names import number_of


def main_number(account: Account) -> str:
    return number_of(account)
