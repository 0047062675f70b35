from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CalendarConfig(AppConfig):
    name = "nanhu.kernel.calendar"
    label = "calendar"
    verbose_name = _("工作日历")

    def ready(self) -> None:
        from nanhu.kernel.calendar import registrations  # noqa: F401 - registers the doctor's check
