import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('drills', '0013_reports_of_outages'),
    ]

    operations = [
        migrations.AddField(
            model_name='proposal',
            name='drill_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AlterField(
            model_name='proposal',
            name='schedule',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='proposals', to='drills.schedule'),
        ),
    ]
