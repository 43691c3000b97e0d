from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "innovalley.notices"

    def ready(self) -> None:
        from innovalley.notices import rules  # noqa: F401  (registers permissions, kinds, owner of documents)
