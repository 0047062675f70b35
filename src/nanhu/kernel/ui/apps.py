from django.apps import AppConfig

from nanhu.kernel.ui.joined_catalogs import join_catalogs
from nanhu.kernel.ui.refusals import say_them


class UiConfig(AppConfig):
    name = "nanhu.kernel.ui"
    label = "ui"
    verbose_name = "界面"


join_catalogs()
say_them()
