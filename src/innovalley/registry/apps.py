from django.apps import AppConfig


class RegistryConfig(AppConfig):
    name = "innovalley.registry"

    def ready(self) -> None:
        from innovalley.registry import rules  # noqa: F401  (registers the permissions)
        from innovalley.registry.importing import achievements, organisations, people  # noqa: F401  (the kinds)
