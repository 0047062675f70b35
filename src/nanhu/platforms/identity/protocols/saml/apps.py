from nanhu.kernel import rooms


class IdentitySamlConfig(rooms.Room):
    name = "nanhu.platforms.identity.protocols.saml"
    label = "identity_saml"
    verbose_name = "SAML 2.0"
    parts = (*rooms.Room.parts, "services.logouts")
