from nanhu.kernel import rooms


class OpenApiConfig(rooms.Room):
    name = "nanhu.platforms.openapi"
    label = "openapi"
    verbose_name = "开放接口"
