from nanhu.kernel import rooms


class DormitoryConfig(rooms.Room):
    name = "nanhu.systems.dormitory"
    label = "dormitory"
    verbose_name = "宿舍"
