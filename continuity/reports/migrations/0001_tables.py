import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ('reports', '0001_reports'),
        ('reports', '0002_packs_plans_and_registers'),
        ('reports', '0003_reports_of_outages'),
        ('reports', '0004_regular_and_volumes'),
    ]

    dependencies = [
        ('accounts', '0001_tables'),
        ('inventory', '0001_tables'),
        ('outages', '0001_tables'),
    ]

    operations = [
        migrations.CreateModel(
            name='Logo',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('content', models.BinaryField()),
                ('alt', models.CharField(max_length=120, verbose_name='what it shows, in words')),
                ('width', models.PositiveSmallIntegerField()),
                ('height', models.PositiveSmallIntegerField()),
                ('sha256', models.CharField(max_length=64)),
                ('set_at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('pk', 1)), name='one_logo')],
            },
        ),
        migrations.CreateModel(
            name='Regular',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title', models.CharField(max_length=160, verbose_name='name')),
                ('kind', models.CharField(choices=[('continuity', 'Continuity report'), ('evidence', 'Evidence register'), ('team_plan', 'Team plan'), ('grab_pack', 'Grab pack')], max_length=12, verbose_name='report')),
                ('period', models.CharField(blank=True, choices=[('month', 'The month before'), ('quarter', 'The quarter before'), ('year', 'The year before'), ('90_days', 'The 90 days before'), ('12_months', 'The 12 months before')], max_length=10, verbose_name='period')),
                ('language', models.CharField(choices=[('en', 'English'), ('fr', 'French'), ('en-fr', 'English and French')], max_length=5, verbose_name='language')),
                ('paper', models.CharField(choices=[('a4', 'A4'), ('us-letter', 'US Letter'), ('a5', 'Pocket (A5)')], default='a4', max_length=10, verbose_name='paper')),
                ('attach_facts', models.BooleanField(default=False, verbose_name='facts in the PDF')),
                ('attach_pdf', models.BooleanField(default=True, verbose_name='PDF in the mail')),
                ('starts_on', models.DateField(verbose_name='first day')),
                ('starts_time', models.TimeField(verbose_name='time')),
                ('zone', models.CharField(max_length=60, verbose_name='time zone')),
                ('rrule', models.CharField(max_length=200, verbose_name='repeats')),
                ('paused', models.BooleanField(default=False, verbose_name='paused')),
                ('next_due_at', models.DateTimeField(blank=True, null=True, verbose_name='next report')),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('recipients', models.ManyToManyField(related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='sent to')),
                ('team', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='regular_reports', to='accounts.team', verbose_name='about')),
            ],
            options={
                'ordering': ['title', 'pk'],
                'indexes': [models.Index(condition=models.Q(('paused', False)), fields=['next_due_at'], name='regular_due')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('kind__in', ['continuity', 'evidence']), models.Q(('period', ''), _negated=True)), models.Q(('kind__in', ['team_plan', 'grab_pack']), ('period', ''), ('team__isnull', False)), _connector='OR'), name='regular_report_has_what_its_kind_needs')],
            },
        ),
        migrations.CreateModel(
            name='Report',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('after_action', 'After-action report'), ('continuity', 'Continuity report'), ('grab_pack', 'Grab pack'), ('team_plan', 'Team plan'), ('evidence', 'Evidence register')], max_length=12, verbose_name='kind')),
                ('language', models.CharField(choices=[('en', 'English'), ('fr', 'French'), ('en-fr', 'English and French')], max_length=5, verbose_name='language')),
                ('paper', models.CharField(choices=[('a4', 'A4'), ('us-letter', 'US Letter'), ('a5', 'Pocket (A5)')], default='a4', max_length=10, verbose_name='paper')),
                ('since', models.DateTimeField(blank=True, null=True, verbose_name='from')),
                ('until', models.DateTimeField(blank=True, null=True, verbose_name='before')),
                ('zone', models.CharField(blank=True, max_length=60, verbose_name='time zone')),
                ('cut_off', models.DateTimeField(verbose_name='as of')),
                ('asked_at', models.DateTimeField(verbose_name='asked for')),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('rendering', 'Being made'), ('done', 'Ready'), ('failed', 'Failed')], default='waiting', max_length=10, verbose_name='state')),
                ('due_at', models.DateTimeField()),
                ('leased_until', models.DateTimeField(null=True)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('last_error', models.CharField(blank=True, max_length=300)),
                ('version', models.PositiveSmallIntegerField(default=1, verbose_name='version')),
                ('attach_facts', models.BooleanField(default=False, verbose_name='facts in the PDF')),
                ('finished_at', models.DateTimeField(null=True, verbose_name='made')),
                ('facts', models.JSONField(null=True)),
                ('facts_sha256', models.CharField(blank=True, max_length=64)),
                ('pdf', models.BinaryField(null=True)),
                ('pdf_sha256', models.CharField(blank=True, max_length=64)),
                ('asked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('outage', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reports', to='outages.outage')),
                ('supersedes', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='superseded_by', to='reports.report')),
                ('team', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reports', to='accounts.team')),
                ('workflow', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reports', to='inventory.workflow')),
            ],
            options={
                'ordering': ['-asked_at', '-pk'],
                'indexes': [models.Index(condition=models.Q(('state__in', ['waiting', 'rendering'])), fields=['due_at'], name='report_to_render')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('kind', 'after_action'), ('outage__isnull', False)), models.Q(('kind', 'continuity'), ('outage', None), ('since__isnull', False)), models.Q(('kind', 'grab_pack'), ('outage', None), ('team__isnull', False)), models.Q(('kind', 'team_plan'), ('outage', None), ('team__isnull', False), ('workflow', None)), models.Q(('kind', 'evidence'), ('outage', None), ('since__isnull', False), ('workflow', None)), _connector='OR'), name='report_is_about_an_outage_or_a_team'), models.CheckConstraint(condition=models.Q(('until', None), models.Q(('since__isnull', False), ('until__gt', models.F('since'))), _connector='OR'), name='report_period_ends_after_it_began'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'done'), _negated=True), models.Q(('facts__isnull', False), ('finished_at__isnull', False), ('pdf__isnull', False), models.Q(('facts_sha256', ''), _negated=True), models.Q(('pdf_sha256', ''), _negated=True)), _connector='OR'), name='report_done_has_its_file')],
            },
        ),
        migrations.CreateModel(
            name='Occurrence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('due_at', models.DateTimeField(verbose_name='due')),
                ('passed_over', models.PositiveIntegerField(default=0)),
                ('told_at', models.DateTimeField(null=True, verbose_name='sent')),
                ('failure_told_at', models.DateTimeField(null=True)),
                ('told', models.PositiveIntegerField(default=0)),
                ('left_out', models.PositiveIntegerField(default=0)),
                ('regular', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='occurrences', to='reports.regular')),
                ('report', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='occurrence', to='reports.report')),
            ],
            options={
                'ordering': ['-due_at', '-pk'],
                'indexes': [models.Index(condition=models.Q(('told_at', None)), fields=['due_at'], name='occurrence_to_tell')],
                'constraints': [models.UniqueConstraint(fields=('regular', 'due_at'), name='one_report_per_occurrence')],
            },
        ),
        migrations.CreateModel(
            name='Volume',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField(verbose_name='volume')),
                ('table', models.CharField(max_length=20)),
                ('first_row', models.PositiveIntegerField()),
                ('last_row', models.PositiveIntegerField()),
                ('pages', models.PositiveIntegerField(verbose_name='pages')),
                ('pdf', models.BinaryField()),
                ('pdf_sha256', models.CharField(max_length=64)),
                ('report', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='volumes', to='reports.report')),
            ],
            options={
                'ordering': ['number'],
                'constraints': [models.UniqueConstraint(fields=('report', 'number'), name='one_volume_per_number'), models.CheckConstraint(condition=models.Q(('first_row__gte', 1), ('last_row__gte', models.F('first_row'))), name='volume_holds_rows')],
            },
        ),
    ]
