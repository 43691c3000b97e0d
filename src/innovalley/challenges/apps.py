from django.apps import AppConfig


class ChallengesConfig(AppConfig):
    name = "innovalley.challenges"

    def ready(self) -> None:
        from innovalley.challenges import importing, panels, rules  # noqa: F401  (register a kind and permissions)
        from innovalley.challenges.jobs import supply_was_changed
        from innovalley.registry.signals import supply_changed

        supply_changed.connect(supply_was_changed)
        panels.register()
