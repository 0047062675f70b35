"""One module per office: how it writes its list, with its own headers, habits and mistakes."""
