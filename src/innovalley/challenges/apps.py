from django.apps import AppConfig


class ChallengesConfig(AppConfig):
    name = "innovalley.challenges"

    def ready(self) -> None:
        from innovalley.challenges import rules  # noqa: F401  (registers the permissions)
