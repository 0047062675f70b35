"""CAS 1.0–3.0: login, logout, validation. Proxy tickets and SAML 1.1 validation would stand beside them."""
