from nanhu.kernel import rooms


class WorkshopConfig(rooms.Room):
    name = "nanhu.platforms.flows.workshop"
    label = "flows_workshop"
    verbose_name = "流程设计"
