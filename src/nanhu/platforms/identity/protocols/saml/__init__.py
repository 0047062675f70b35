"""The SAML 2.0 identity provider, on pysaml2, as CARSI and eduGAIN want it."""
