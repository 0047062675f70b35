"""What the sample campus shows of the card on its first day: the office's batches, cash, doubts, a lost card."""
