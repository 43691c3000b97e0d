from django.apps import AppConfig


class ReviewsConfig(AppConfig):
    name = "innovalley.reviews"

    def ready(self) -> None:
        from innovalley.reviews import notifying, rules

        rules.register()
        notifying.register()
