"""Names of people: Han by real frequency with a Hunan flavour, minorities, and foreigners; and how offices vary them."""
