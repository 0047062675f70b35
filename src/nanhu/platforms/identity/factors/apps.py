from nanhu.kernel import rooms


class IdentityFactorsConfig(rooms.Room):
    name = "nanhu.platforms.identity.factors"
    label = "identity_factors"
    verbose_name = "多因素认证"
