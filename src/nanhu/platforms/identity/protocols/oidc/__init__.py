"""OpenID Connect and OAuth 2: discovery, keys, codes, tokens, userinfo, consent, logout, by our own session and registry.

Stands on the gate, the attributes and the grants of identity; Authlib gives the vocabulary, joserfc the signatures.
"""
