"""Two groups to begin with; a company may rename them, change their rights and add others.

They stand in this room because it is the highest whose rights they hold. Rooms above add theirs to "Administrator" in
migrations of their own.
"""

from django.contrib.auth.management import create_permissions
from django.db import migrations
from django.db.models import Q

ROOMS = ["accounts", "notifications", "clients", "contracts", "mfa"]
KEPT = ["user", "team", "teammembership", "client", "contact", "consent", "assignment", "interaction", "task", "answer"]
KEPT += ["contract", "pause", "exchangerate", "renewalalert", "renewaldecision"]


def add_groups(apps, schema_editor):
    """Django makes permissions after all migrations; these groups need them now."""
    for room in ROOMS:
        config = apps.get_app_config(room)
        module = getattr(config, "models_module", None)  # the stand-in of a migration has none
        config.models_module = True
        create_permissions(config, apps=apps, verbosity=0)
        config.models_module = module
    Group = apps.get_model("auth", "Group")
    rights = apps.get_model("auth", "Permission").objects
    house = rights.filter(content_type__app_label__in=ROOMS)
    administrator, _ = Group.objects.get_or_create(name="Administrator")
    administrator.permissions.add(
        *house.exclude(codename="read_all_clients")
        .exclude(content_type__model__endswith="event")
        .exclude(Q(codename__startswith="delete_") & Q(content_type__model__in=KEPT))
    )
    executive, _ = Group.objects.get_or_create(name="Eksekutif")
    executive.permissions.add(rights.get(codename="read_all_clients"))


def remove_groups(apps, schema_editor):
    apps.get_model("auth", "Group").objects.filter(name__in=["Administrator", "Eksekutif"]).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("accounts", "0001_initial"),
        ("clients", "0001_initial"),
        ("contracts", "0001_initial"),
        ("mfa", "0003_authenticator_type_uniq"),
        ("notifications", "0001_initial"),
    ]

    operations = [migrations.RunPython(add_groups, remove_groups)]
