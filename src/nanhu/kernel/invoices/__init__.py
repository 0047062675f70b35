"""Electronic invoices (数电票) as files: what an XML, OFD or PDF of the tax office says. Nothing is kept here."""
