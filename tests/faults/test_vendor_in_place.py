"""Every system can be a vendor's: with it uninstalled and its shared tables filled by the vendor, the others' tests hold."""

import pytest

from nanhu.testing.vendors import run_tests_without

ACCESS = "src/nanhu/platforms/access/tests/"


@pytest.mark.slow
def test_doors_open_with_a_vendors_cards_where_our_card_is_not_installed():
    run_tests_without("card", f"{ACCESS}test_vendor_cards.py", f"{ACCESS}test_other_credentials.py")


@pytest.mark.slow
def test_bills_funds_and_places_hold_where_our_assets_are_not_installed():
    run_tests_without(
        "assets",
        "src/nanhu/platforms/ledger/tests/test_funds.py",
        "src/nanhu/platforms/campus/tests/test_rooms.py",
        "src/nanhu/platforms/datahub/tests/test_vendor_assets.py",
    )


@pytest.mark.slow
def test_repairs_know_who_lives_where_where_our_dormitories_are_not_installed():
    run_tests_without("dormitory", "src/nanhu/services/requests/tests/test_vendor_beds.py")
