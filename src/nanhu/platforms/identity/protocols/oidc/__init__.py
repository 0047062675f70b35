"""The OpenID Connect provider, on Authlib. One session, one registry, one policy with the other protocols."""
