"""Forecasts of the year under the record of real outages."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Forecast',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('asked_at', models.DateTimeField(verbose_name='asked for')),
                ('seed', models.PositiveBigIntegerField(verbose_name='seed')),
                ('years', models.PositiveIntegerField(verbose_name='simulated years')),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('running', 'Being computed'), ('done', 'Ready'), ('cancelled', 'Cancelled'), ('failed', 'Failed')], default='waiting', max_length=9, verbose_name='state')),
                ('progress', models.PositiveSmallIntegerField(default=0)),
                ('leased_until', models.DateTimeField(null=True)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('as_of', models.DateTimeField(null=True, verbose_name='as of')),
                ('finished_at', models.DateTimeField(null=True)),
                ('result', models.JSONField(null=True)),
                ('result_sha256', models.CharField(blank=True, max_length=64)),
                ('asked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-asked_at', '-pk'],
                'indexes': [models.Index(condition=models.Q(('state__in', ['waiting', 'running'])), fields=['asked_at'], name='forecast_to_compute')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('state', 'done'), _negated=True), models.Q(('as_of__isnull', False), ('finished_at__isnull', False), ('result__isnull', False), models.Q(('result_sha256', ''), _negated=True)), _connector='OR'), name='forecast_done_has_its_result'), models.CheckConstraint(condition=models.Q(('years__gte', 1), ('years__lte', 10000)), name='forecast_fills_years'), models.CheckConstraint(condition=models.Q(('progress__lte', 100)), name='forecast_progress_percent')],
            },
        ),
    ]
