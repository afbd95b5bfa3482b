from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("People and teams")

    def ready(self) -> None:
        from accounts import history

        last = apps.get_app_config("pghistory")  # after pgtrigger has installed its own functions
        post_migrate.connect(history.install, sender=last)
