from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "innovalley.documents"

    def ready(self) -> None:
        from innovalley.documents import rules  # noqa: F401  (registers the permissions)
