from nanhu.kernel import rooms


class IdentityRecoveryConfig(rooms.Room):
    name = "nanhu.platforms.identity.recovery"
    label = "identity_recovery"
    verbose_name = "找回账号"
