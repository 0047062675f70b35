"""The card as an ID on campus (身份核验): a guard sees a face and whether the card is good, never a document number."""
