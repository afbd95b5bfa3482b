"""Tokens end with the password they were made under; administrators see and revoke those of everybody."""

import django.db.models.deletion
from django.conf import settings
from django.contrib.auth.management import create_permissions
from django.db import migrations, models
from django.db.models.functions import Now


def add_rights(apps, schema_editor):
    """Django makes permissions after all migrations; this group needs them now. A company may have removed it."""
    config = apps.get_app_config("exchange")
    module = getattr(config, "models_module", None)  # the stand-in of a migration has none
    config.models_module = True
    create_permissions(config, apps=apps, verbosity=0)
    config.models_module = module
    rights = apps.get_model("auth", "Permission").objects.filter(
        content_type__app_label="exchange", codename__in=["view_apitoken", "change_apitoken"]
    )
    for group in apps.get_model("auth", "Group").objects.filter(name="Administrator"):
        group.permissions.add(*rights)


def end_tokens_of_those_who_left(apps, schema_editor):
    tokens = apps.get_model("exchange", "ApiToken").objects.filter(user__is_active=False, revoked_at=None)
    tokens.update(revoked_at=Now())


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_group_membership_history'),
        ('exchange', '0005_group_of_mergers'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='TokenOwner',
            fields=[
            ],
            options={
                'proxy': True,
                'default_permissions': (),
                'indexes': [],
                'constraints': [],
            },
            bases=('accounts.user',),
        ),
        migrations.AlterModelOptions(
            name='apitoken',
            options={'default_permissions': ('view', 'change'), 'ordering': ['-pk'], 'verbose_name': 'access token', 'verbose_name_plural': 'access tokens'},
        ),
        migrations.AlterField(
            model_name='apitoken',
            name='user',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='api_tokens', to=settings.AUTH_USER_MODEL, verbose_name='acts as'),
        ),
        migrations.AlterConstraint(
            model_name='apitoken',
            name='api_token_has_a_name',
            constraint=models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='api_token_has_a_name', violation_error_message='Write which system uses it.'),
        ),
        migrations.RunPython(add_rights, migrations.RunPython.noop),
        migrations.RunPython(end_tokens_of_those_who_left, migrations.RunPython.noop),
    ]
