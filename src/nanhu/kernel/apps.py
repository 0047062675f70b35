from django.apps import AppConfig


class KernelConfig(AppConfig):
    name = "nanhu.kernel"
    label = "kernel"
    verbose_name = "内核"
