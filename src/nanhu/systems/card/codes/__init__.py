"""Dynamic codes of phones (付款码, 门禁码), working off line on the phone."""
