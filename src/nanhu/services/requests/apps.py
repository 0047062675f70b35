from nanhu.kernel import rooms


class RequestsConfig(rooms.Room):
    name = "nanhu.services.requests"
    label = "requests"
    verbose_name = "服务大厅"
