from django.apps import AppConfig


class ChallengesConfig(AppConfig):
    name = "innovalley.challenges"

    def ready(self) -> None:
        from innovalley.challenges import (
            call_notifying,
            decision_rules,
            importing,  # noqa: F401  (registers a kind)
            panels,
            review_subject,
            rules,
        )
        from innovalley.challenges.jobs import supply_was_changed
        from innovalley.documents.owners import register_owner
        from innovalley.registry.signals import supply_changed

        supply_changed.connect(supply_was_changed)
        register_owner(
            "challenges.bid", rules.may_see_bid, rules.nobody, can_read_clean=decision_rules.reviews_bid
        )
        register_owner("challenges.biddraft", rules.nobody, rules.nobody)
        panels.register()
        review_subject.register()
        call_notifying.register()
        decision_rules.register()
