"""Whoever imports belongs to a group of its own, and so do the administrators."""

from django.contrib.auth.management import create_permissions
from django.db import migrations

IMPORTERS = "Pengimpor"


def add_group(apps, schema_editor):
    """Django makes permissions after all migrations; these groups need them now."""
    config = apps.get_app_config("exchange")
    module = getattr(config, "models_module", None)  # the stand-in of a migration has none
    config.models_module = True
    create_permissions(config, apps=apps, verbosity=0)
    config.models_module = module
    Group = apps.get_model("auth", "Group")
    right = apps.get_model("auth", "Permission").objects.get(
        content_type__app_label="exchange", codename="import_data"
    )
    for name in (IMPORTERS, "Administrator"):
        group, _ = Group.objects.get_or_create(name=name)
        group.permissions.add(right)


def remove_group(apps, schema_editor):
    apps.get_model("auth", "Group").objects.filter(name=IMPORTERS).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("exchange", "0001_initial"),
        ("contracts", "0002_first_groups"),
    ]

    operations = [migrations.RunPython(add_group, remove_group)]
