import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('history', '0002_deletions'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='deletion',
            name='kind',
            field=models.CharField(default='', max_length=20),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='deletion',
            name='action',
            field=models.CharField(default='administer', max_length=20),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='deletion',
            name='private',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='deletion',
            name='restored_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
    ]
