from django.apps import AppConfig


class ChallengesConfig(AppConfig):
    name = "innovalley.challenges"

    def ready(self) -> None:
        from innovalley.challenges import importing, rules  # noqa: F401  (register a kind and the permissions)
        from innovalley.challenges.jobs import supply_was_changed
        from innovalley.registry.signals import supply_changed

        supply_changed.connect(supply_was_changed)
