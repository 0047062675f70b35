"""Integration by configuration (接入): what other systems show in the portal, made and changed in the browser alone."""
