import continuity.domain.arrivals
import continuity.domain.clocks
import continuity.domain.states
import datetime
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

REFUSE = """
CREATE FUNCTION refuse_to_rewrite_the_journal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'The journal is append-only: entry % cannot be changed.', OLD.id
    USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER journal_is_append_only
  BEFORE UPDATE OR DELETE ON outages_journalentry
  FOR EACH ROW EXECUTE FUNCTION refuse_to_rewrite_the_journal();
"""
ALLOW = """
DROP TRIGGER journal_is_append_only ON outages_journalentry;
DROP FUNCTION refuse_to_rewrite_the_journal();
"""


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ('outages', '0001_outages_recoveries_journal'),
        ('outages', '0002_journal_is_append_only'),
        ('outages', '0003_level_reached'),
        ('outages', '0004_stuck_decision'),
        ('outages', '0005_late_marks_pictures_links'),
        ('outages', '0006_secret_narrowed_and_away'),
        ('outages', '0007_real_outages'),
    ]

    dependencies = [
        ('accounts', '0001_tables'),
        ('inventory', '0001_tables'),
    ]

    operations = [
        migrations.CreateModel(
            name='Outage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('drill', 'Drill'), ('real', 'Real outage')], max_length=5)),
                ('state', models.CharField(choices=[(continuity.domain.states.DrillState['DRAFT'], 'Draft'), (continuity.domain.states.DrillState['APPROVED'], 'Approved'), (continuity.domain.states.DrillState['PLANNED'], 'Planned'), (continuity.domain.states.DrillState['RUNNING'], 'Running'), (continuity.domain.states.DrillState['PAUSED'], 'Paused'), (continuity.domain.states.DrillState['ENDED'], 'Ended'), (continuity.domain.states.DrillState['REVIEWED'], 'Reviewed'), (continuity.domain.states.DrillState['ABORTED'], 'Aborted'), (continuity.domain.states.DrillState['MISSED'], 'Missed')], max_length=10, verbose_name='state')),
                ('title', models.CharField(max_length=160, verbose_name='title')),
                ('briefing', models.TextField(blank=True, verbose_name='what participants are told')),
                ('narrowed', models.BooleanField(default=False)),
                ('secret', models.BooleanField(default=False)),
                ('proves', models.BooleanField(default=True)),
                ('aborted_reason', models.CharField(blank=True, max_length=300)),
                ('due_at', models.DateTimeField(blank=True, null=True, verbose_name='due')),
                ('starts_by_itself', models.BooleanField(default=True, verbose_name='starts by itself')),
                ('limit', models.DurationField(blank=True, null=True, verbose_name='time limit')),
                ('occurred_at', models.DateTimeField(blank=True, null=True, verbose_name='onset')),
                ('ends_by', models.DateTimeField(blank=True, null=True, verbose_name='ends by itself at')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='ended')),
                ('entries', models.PositiveIntegerField(default=0)),
                ('away', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('facilitator', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='facilitated_outages', to=settings.AUTH_USER_MODEL, verbose_name='facilitator')),
                ('team', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='held_outages', to='accounts.team')),
                ('teams', models.ManyToManyField(related_name='outages', to='accounts.team')),
                ('tools', models.ManyToManyField(related_name='outages', to='inventory.tool')),
                ('workflows', models.ManyToManyField(related_name='+', to='inventory.workflow')),
            ],
            options={
                'ordering': ['-due_at', '-pk'],
                'indexes': [models.Index(condition=models.Q(('state', 'planned')), fields=['due_at'], name='outage_due'), models.Index(condition=models.Q(('state', 'running')), fields=['ends_by'], name='outage_overrun')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('ended_at', None), ('occurred_at', None), ('state__in', ['draft', 'approved', 'planned', 'missed'])), models.Q(('ended_at', None), ('occurred_at__isnull', False), ('state__in', ['running', 'paused'])), models.Q(('ended_at__gte', models.F('occurred_at')), ('ended_at__isnull', False), ('occurred_at__isnull', False), ('state__in', ['ended', 'reviewed'])), models.Q(('ended_at__isnull', False), ('state', 'aborted')), _connector='OR'), name='outage_state_matches_instants'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'drill'), _negated=True), models.Q(('facilitator__isnull', False), ('limit__gt', datetime.timedelta(0)), ('limit__isnull', False)), _connector='OR'), name='drill_has_limit_and_facilitator')],
            },
        ),
        migrations.CreateModel(
            name='Pass',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('made_at', models.DateTimeField()),
                ('revoked_at', models.DateTimeField(null=True)),
                ('used_at', models.DateTimeField(null=True)),
                ('outage', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='passes', to='outages.outage')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='passes', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name_plural': 'passes',
                'ordering': ['user__name', 'pk'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('revoked_at', None)), fields=('outage', 'user'), name='one_standing_pass_per_person')],
            },
        ),
        migrations.CreateModel(
            name='Recovery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rto', models.DurationField(null=True, verbose_name='RTO at the time')),
                ('mbco_percent', models.PositiveSmallIntegerField(null=True, verbose_name='MBCO at the time')),
                ('alternative_name', models.CharField(blank=True, max_length=160)),
                ('detected_at', models.DateTimeField(null=True)),
                ('acknowledged_at', models.DateTimeField(null=True)),
                ('decided_at', models.DateTimeField(null=True)),
                ('switched_at', models.DateTimeField(null=True)),
                ('minimum_at', models.DateTimeField(null=True)),
                ('full_at', models.DateTimeField(null=True)),
                ('returned_at', models.DateTimeField(null=True)),
                ('capacity', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='capacity reached, percent')),
                ('quality', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='quality reached, percent')),
                ('decision', models.CharField(blank=True, choices=[('stay', 'Stay'), ('switch', 'Switch')], max_length=6, verbose_name='stay or switch')),
                ('stuck_reason', models.CharField(blank=True, max_length=500, verbose_name='what is in the way')),
                ('stuck_at', models.DateTimeField(null=True)),
                ('excused_reason', models.CharField(blank=True, max_length=300, verbose_name='reason')),
                ('excused_at', models.DateTimeField(null=True)),
                ('alternative', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='recoveries', to='inventory.alternative', verbose_name='alternative')),
                ('dependency', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='recoveries', to='inventory.dependency')),
                ('excused_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('lead', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='led_recoveries', to=settings.AUTH_USER_MODEL, verbose_name='lead')),
                ('outage', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='recoveries', to='outages.outage')),
                ('proof', models.OneToOneField(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='recovery', to='inventory.proof')),
                ('stuck_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('tool', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.tool')),
                ('workflow', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='recoveries', to='inventory.workflow')),
            ],
            options={
                'verbose_name_plural': 'recoveries',
                'ordering': ['pk'],
                'constraints': [models.UniqueConstraint(fields=('outage', 'dependency'), name='one_recovery_per_dependency'), models.CheckConstraint(condition=models.Q(models.Q(('excused_at', None), ('excused_by', None), ('excused_reason', '')), models.Q(models.Q(('excused_reason', ''), _negated=True), ('excused_at__isnull', False), ('excused_by__isnull', False)), _connector='OR'), name='recovery_excused_with_reason_and_name'), models.CheckConstraint(condition=models.Q(models.Q(('stuck_at', None), ('stuck_by', None), ('stuck_reason', '')), models.Q(models.Q(('stuck_reason', ''), _negated=True), ('stuck_at__isnull', False), ('stuck_by__isnull', False)), _connector='OR'), name='recovery_stuck_with_reason_and_name'), models.CheckConstraint(condition=models.Q(('decision', ''), ('decided_at__isnull', False), _connector='OR'), name='recovery_decision_has_its_clock'), models.CheckConstraint(condition=models.Q(('rto', None), ('rto__gt', datetime.timedelta(0)), _connector='OR'), name='recovery_rto_positive'), models.CheckConstraint(condition=models.Q(models.Q(('capacity', None), ('capacity__lte', 999), _connector='OR'), models.Q(('quality', None), ('quality__lte', 999), _connector='OR')), name='recovery_level_in_percent'), models.CheckConstraint(condition=models.Q(models.Q(('acknowledged_at', None), ('minimum_at', None), ('acknowledged_at__lte', models.F('minimum_at')), _connector='OR'), models.Q(('acknowledged_at', None), ('switched_at', None), ('acknowledged_at__lte', models.F('switched_at')), _connector='OR'), models.Q(('switched_at', None), ('minimum_at', None), ('switched_at__lte', models.F('minimum_at')), _connector='OR')), name='recovery_clocks_in_order')],
            },
        ),
        migrations.CreateModel(
            name='Stop',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('began_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('outage', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='stops', to='outages.outage')),
            ],
            options={
                'ordering': ['began_at'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('outage',), name='one_open_pause'), models.CheckConstraint(condition=models.Q(('ended_at', None), ('ended_at__gte', models.F('began_at')), _connector='OR'), name='pause_ends_after_it_began')],
            },
        ),
        migrations.CreateModel(
            name='Picture',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.UUIDField()),
                ('name', models.CharField(max_length=130)),
                ('caption', models.CharField(blank=True, max_length=200)),
                ('width', models.PositiveIntegerField()),
                ('height', models.PositiveIntegerField()),
                ('sha256', models.CharField(max_length=64)),
                ('at', models.DateTimeField()),
                ('received_at', models.DateTimeField()),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('recovery', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='pictures', to='outages.recovery')),
            ],
            options={
                'ordering': ['at', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('recovery', 'key'), name='one_picture_per_recovery_and_key'), models.CheckConstraint(condition=models.Q(('height__gt', 0), ('width__gt', 0)), name='picture_has_a_size')],
            },
        ),
        migrations.CreateModel(
            name='Mark',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('clock', models.CharField(choices=[(continuity.domain.clocks.Clock['DETECTED'], 'Detected'), (continuity.domain.clocks.Clock['ACKNOWLEDGED'], 'Acknowledged'), (continuity.domain.clocks.Clock['DECIDED'], 'Decided'), (continuity.domain.clocks.Clock['SWITCHED'], 'Switched'), (continuity.domain.clocks.Clock['MINIMUM'], 'Working again'), (continuity.domain.clocks.Clock['FULL'], 'Full service'), (continuity.domain.clocks.Clock['RETURNED'], 'Back on the usual tool')], max_length=12)),
                ('key', models.UUIDField()),
                ('at', models.DateTimeField()),
                ('pressed_at', models.DateTimeField(null=True)),
                ('received_at', models.DateTimeField()),
                ('exact', models.BooleanField(default=True)),
                ('decision', models.CharField(blank=True, choices=[('stay', 'Stay'), ('switch', 'Switch')], max_length=6)),
                ('source', models.CharField(choices=[('person', 'Person'), ('probe', 'Probe')], default='person', max_length=6)),
                ('undone_at', models.DateTimeField(null=True)),
                ('arrival', models.CharField(choices=[(continuity.domain.arrivals.Arrival['IN_TIME'], 'In time'), (continuity.domain.arrivals.Arrival['LATE'], 'After the end'), (continuity.domain.arrivals.Arrival['TOO_LATE'], 'After the review')], default=continuity.domain.arrivals.Arrival['IN_TIME'], max_length=8)),
                ('by_link', models.BooleanField(default=False)),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('recovery', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='marks', to='outages.recovery')),
            ],
            options={
                'ordering': ['at', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('recovery', 'key'), name='one_mark_per_recovery_and_key'), models.UniqueConstraint(condition=models.Q(('undone_at', None), models.Q(('arrival', continuity.domain.arrivals.Arrival['TOO_LATE']), _negated=True)), fields=('recovery', 'clock'), name='one_valid_mark_per_clock'), models.CheckConstraint(condition=models.Q(('at__lte', models.F('received_at'))), name='mark_not_from_the_future')],
            },
        ),
        migrations.CreateModel(
            name='JournalEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('kind', models.CharField(choices=[('drafted', 'Draft made'), ('approved', 'Approved'), ('planned', 'Planned'), ('started', 'Started'), ('phase', 'Scenario'), ('mark', 'Mark'), ('undo', 'Mark taken back'), ('step', 'Runbook step'), ('step_undo', 'Runbook step taken back'), ('note', 'Note'), ('picture', 'Picture'), ('paused', 'Paused'), ('resumed', 'Resumed'), ('excused', 'Excused'), ('stuck', 'Stuck'), ('unstuck', 'Not stuck any more'), ('handed', 'Handed over'), ('inject', 'Inject'), ('inject_plan', 'List of injects'), ('speed', 'Speed'), ('ended', 'Ended'), ('aborted', 'Aborted'), ('missed', 'Missed'), ('joined', 'Joined'), ('tools', 'Tools'), ('onset', 'Onset corrected'), ('taken_up', 'Not over after all')], max_length=12)),
                ('at', models.DateTimeField()),
                ('received_at', models.DateTimeField()),
                ('actor_name', models.CharField(blank=True, max_length=120)),
                ('data', models.JSONField(default=dict)),
                ('key', models.UUIDField(null=True)),
                ('previous_hash', models.CharField(blank=True, max_length=64)),
                ('hash', models.CharField(max_length=64)),
                ('actor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('outage', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='journal', to='outages.outage')),
                ('recovery', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='journal', to='outages.recovery')),
            ],
            options={
                'verbose_name_plural': 'journal entries',
                'ordering': ['outage', 'number'],
                'indexes': [models.Index(condition=models.Q(('kind', 'inject')), fields=['outage', '-number'], name='journal_injects')],
                'constraints': [models.UniqueConstraint(fields=('outage', 'number'), name='one_entry_per_number'), models.UniqueConstraint(fields=('outage', 'key'), name='one_entry_per_outage_and_key')],
            },
        ),
        migrations.CreateModel(
            name='StepDone',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('recovery', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='steps_done', to='outages.recovery')),
                ('step', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='inventory.runbookstep')),
            ],
            options={
                'ordering': ['at'],
                'constraints': [models.UniqueConstraint(fields=('recovery', 'step'), name='step_done_once')],
            },
        ),
        migrations.CreateModel(
            name='PictureFile',
            fields=[
                ('picture', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='file', serialize=False, to='outages.picture')),
                ('content', models.BinaryField()),
            ],
        ),
        migrations.RunSQL(REFUSE, ALLOW),
    ]
