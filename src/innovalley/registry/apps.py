from django.apps import AppConfig


class RegistryConfig(AppConfig):
    name = "innovalley.registry"

    def ready(self) -> None:
        from innovalley.registry import rules  # noqa: F401  (registers the permissions)
