"""Whoever closes months belongs to a group of its own; the administration reads who did."""

from django.contrib.auth.management import create_permissions
from django.db import migrations

CLOSERS = "Penutup bulan"


def add_group(apps, schema_editor):
    """Django makes permissions after all migrations; these groups need them now."""
    config = apps.get_app_config("kpis")
    module = getattr(config, "models_module", None)  # the stand-in of a migration has none
    config.models_module = True
    create_permissions(config, apps=apps, verbosity=0)
    config.models_module = module
    Group = apps.get_model("auth", "Group")
    rights = apps.get_model("auth", "Permission").objects.filter(content_type__app_label="kpis")
    closers, _ = Group.objects.get_or_create(name=CLOSERS)
    closers.permissions.add(rights.get(codename="close_month"))
    administrator, _ = Group.objects.get_or_create(name="Administrator")
    administrator.permissions.add(rights.get(codename="view_monthclose"))


def remove_group(apps, schema_editor):
    apps.get_model("auth", "Group").objects.filter(name=CLOSERS).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("contracts", "0002_first_groups"),
        ("kpis", "0003_month_close"),
    ]

    operations = [migrations.RunPython(add_group, remove_group)]
