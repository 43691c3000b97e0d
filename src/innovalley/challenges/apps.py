from django.apps import AppConfig


class ChallengesConfig(AppConfig):
    name = "innovalley.challenges"

    def ready(self) -> None:
        from innovalley.challenges import importing, panels, rules  # noqa: F401  (register a kind and permissions)
        from innovalley.challenges.jobs import supply_was_changed
        from innovalley.documents.owners import register_owner
        from innovalley.registry.signals import supply_changed

        supply_changed.connect(supply_was_changed)
        register_owner("challenges.bid", rules.may_see_bid, rules.nobody)
        register_owner("challenges.biddraft", rules.nobody, rules.nobody)
        panels.register()
