"""Whoever brings lists cleans up after them, too: the importers and the administrators may merge clients."""

from django.contrib.auth.management import create_permissions
from django.db import migrations

GROUPS = ["Pengimpor", "Administrator"]


def add_right(apps, schema_editor):
    """Django makes permissions after all migrations; these groups need it now. A company may have removed them."""
    config = apps.get_app_config("clients")
    module = getattr(config, "models_module", None)  # the stand-in of a migration has none
    config.models_module = True
    create_permissions(config, apps=apps, verbosity=0)
    config.models_module = module
    right = _right(apps).get()
    groups = apps.get_model("auth", "Group").objects
    for group in groups.filter(name__in=GROUPS):
        group.permissions.add(right)
    look = apps.get_model("auth", "Permission").objects.get(
        content_type__app_label="clients", codename="view_clientmerge"
    )
    for group in groups.filter(name="Administrator"):
        group.permissions.add(look)


def remove_right(apps, schema_editor):
    for group in apps.get_model("auth", "Group").objects.filter(name__in=GROUPS):
        group.permissions.remove(*_right(apps))


def _right(apps):
    return apps.get_model("auth", "Permission").objects.filter(
        content_type__app_label="clients", codename="merge_clients"
    )


class Migration(migrations.Migration):
    dependencies = [
        ("exchange", "0004_leaves_out_errors_is_asked_not_kept"),
        ("clients", "0004_merges"),
    ]

    operations = [migrations.RunPython(add_right, remove_right)]
