"""What administration declares: its places in the menu."""
