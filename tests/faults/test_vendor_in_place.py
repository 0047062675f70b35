"""Every system can be a vendor's: with it uninstalled and its shared tables filled by the vendor, the others' tests hold."""

import pytest

from nanhu.testing.vendors import run_tests_without

ACCESS = "src/nanhu/platforms/access/tests/"


@pytest.mark.slow
def test_doors_open_with_a_vendors_cards_where_our_card_is_not_installed():
    run_tests_without("card", f"{ACCESS}test_vendor_cards.py", f"{ACCESS}test_other_credentials.py")
