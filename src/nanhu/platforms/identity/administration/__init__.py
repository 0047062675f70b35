"""Administration by three roles (三员分立): search, counter, bulk actions, sign-in log, audit."""
