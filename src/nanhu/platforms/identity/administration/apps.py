from nanhu.kernel import rooms


class IdentityAdministrationConfig(rooms.Room):
    name = "nanhu.platforms.identity.administration"
    label = "identity_administration"
    verbose_name = "账号管理"
