"""Money credited to a person and not yet written to the card (待领): subsidies, payouts, frozen funds, and their claim (领款)."""
