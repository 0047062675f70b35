from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _


class DatahubConfig(AppConfig):
    name = "nanhu.platforms.datahub"
    label = "datahub"
    verbose_name = _("数据共享与清洗")

    def ready(self) -> None:
        from nanhu.kernel.retries import in_the_worker
        from nanhu.platforms.datahub import checks, jobs, registrations  # noqa: F401  (registering is their effect)
        from nanhu.platforms.datahub.lineage import sending
        from nanhu.platforms.datahub.services.standard import load_standard
        from nanhu.platforms.datahub.shared_rows.agreeing import agree_tables
        from nanhu.platforms.datahub.sharing import database_views, interface  # noqa: F401  (as above)

        if sending.catalogue_address():
            in_the_worker("datahub_lineage", sending.RUNS, channel=sending.CHANNEL)
        post_migrate.connect(load_standard, sender=self, dispatch_uid="datahub.standard")
        post_migrate.connect(agree_tables, sender=self, dispatch_uid="datahub.shared")
        pre_migrate.connect(database_views.drop_before_migrating, sender=self, dispatch_uid="datahub.drop_views")
        post_migrate.connect(database_views.make_after_migrating, sender=self, dispatch_uid="datahub.views")
