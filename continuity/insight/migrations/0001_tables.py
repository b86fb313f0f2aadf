import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ('insight', '0001_forecasts'),
        ('insight', '0002_days_and_screens'),
    ]

    dependencies = [
        ('accounts', '0001_tables'),
        ('inventory', '0001_tables'),
    ]

    operations = [
        migrations.CreateModel(
            name='Snapshot',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(unique=True, verbose_name='day')),
                ('taken_at', models.DateTimeField(verbose_name='taken')),
                ('drills_overdue', models.PositiveIntegerField()),
            ],
            options={
                'ordering': ['-day'],
            },
        ),
        migrations.CreateModel(
            name='Screen',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80, verbose_name='where it hangs')),
                ('language', models.CharField(choices=[('en', 'English'), ('fr', 'French')], max_length=5, verbose_name='language')),
                ('made_at', models.DateTimeField()),
                ('revoked_at', models.DateTimeField(null=True)),
                ('seen_at', models.DateTimeField(null=True)),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('team', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, to='accounts.team', verbose_name='department')),
            ],
            options={
                'ordering': ['name', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Standing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tier', models.PositiveSmallIntegerField()),
                ('level', models.PositiveSmallIntegerField()),
                ('reasons', models.PositiveIntegerField()),
                ('workflow', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='inventory.workflow')),
            ],
        ),
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
        migrations.CreateModel(
            name='Shift',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tier_before', models.PositiveSmallIntegerField(null=True)),
                ('level_before', models.PositiveSmallIntegerField(null=True)),
                ('reasons_before', models.PositiveIntegerField(default=0)),
                ('tier', models.PositiveSmallIntegerField(null=True)),
                ('level', models.PositiveSmallIntegerField(null=True)),
                ('reasons', models.PositiveIntegerField(default=0)),
                ('workflow', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='inventory.workflow')),
                ('snapshot', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='shifts', to='insight.snapshot')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('snapshot', 'workflow'), name='one_shift_per_workflow_and_day')],
            },
        ),
        migrations.CreateModel(
            name='Counted',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tier', models.PositiveSmallIntegerField()),
                ('total', models.PositiveIntegerField()),
                ('ready', models.PositiveIntegerField()),
                ('partly', models.PositiveIntegerField()),
                ('not_ready', models.PositiveIntegerField()),
                ('unknown', models.PositiveIntegerField()),
                ('proven', models.PositiveIntegerField()),
                ('team', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.team')),
                ('snapshot', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='counted', to='insight.snapshot')),
            ],
            options={
                'verbose_name_plural': 'counted',
                'constraints': [models.UniqueConstraint(fields=('snapshot', 'team', 'tier'), name='counted_once_a_day', nulls_distinct=False), models.CheckConstraint(condition=models.Q(('proven__lte', models.F('total')), ('total', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('ready'), '+', models.F('partly')), '+', models.F('not_ready')), '+', models.F('unknown')))), name='counted_levels_add_up')],
            },
        ),
    ]
