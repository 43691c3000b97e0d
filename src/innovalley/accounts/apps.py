from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "innovalley.accounts"

    def ready(self) -> None:
        from innovalley.accounts import rules, signing_in  # noqa: F401  (permissions; signals)
