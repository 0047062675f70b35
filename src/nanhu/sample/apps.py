from django.apps import AppConfig


class SampleConfig(AppConfig):
    name = "nanhu.sample"
    label = "sample"
    verbose_name = "示例校园"
