"""The SAML 2.0 identity provider, as CARSI and eduGAIN want it.

Owns the signing keys, the metadata of partners (SPs) and of federations, persistent names and the index by which a
partner's logout finds our session. Stands on pysaml2 for messages and on xmlsec1 for signatures and encryption.
Who may enter, with which factors, and what an application gets is decided by identity's core, not here.
"""
