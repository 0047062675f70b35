"""What a card may be used for, by class, sub-class and day."""
