from nanhu.kernel import rooms


class IdentityOidcConfig(rooms.Room):
    name = "nanhu.platforms.identity.protocols.oidc"
    label = "identity_oidc"
    verbose_name = "OpenID Connect"
