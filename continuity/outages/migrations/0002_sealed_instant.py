from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('outages', '0001_tables'),
    ]

    operations = [
        migrations.AddField(
            model_name='outage',
            name='sealed_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddConstraint(
            model_name='outage',
            constraint=models.CheckConstraint(condition=models.Q(('sealed_at', None), models.Q(('due_at__isnull', False), ('sealed_at__gte', models.F('due_at')), ('secret', True)), _connector='OR'), name='sealed_instant_lies_in_the_window'),
        ),
    ]
