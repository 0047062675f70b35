from nanhu.kernel import rooms


class IdentityRegistryConfig(rooms.Room):
    name = "nanhu.platforms.identity.registry"
    label = "identity_registry"
    verbose_name = "应用登记"
