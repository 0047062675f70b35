from django.apps import AppConfig


class KernelConfig(AppConfig):
    name = "nanhu.kernel"
    label = "kernel"
    verbose_name = "内核"

    def ready(self) -> None:
        from nanhu.kernel.doctor import registrations  # noqa: F401  declares the kernel's own checks
        from nanhu.kernel.processes import house  # noqa: F401  declares the web and the worker
