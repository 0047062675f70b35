"""The card and the codes of phones as what doors are opened with (platforms.access)."""
