import datetime
import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ('notifications', '0001_outbox'),
        ('notifications', '0002_sent_lately'),
        ('notifications', '0003_read_in_the_product'),
        ('notifications', '0004_kinds_choices_endpoints'),
        ('notifications', '0005_real_outages'),
        ('notifications', '0006_attachments'),
    ]

    dependencies = [
        ('accounts', '0001_tables'),
    ]

    operations = [
        migrations.CreateModel(
            name='Attachment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120)),
                ('content_type', models.CharField(max_length=60)),
                ('content', models.BinaryField()),
                ('made_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Heartbeat',
            fields=[
                ('name', models.CharField(max_length=20, primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Endpoint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('style', models.CharField(choices=[('webhook', 'Webhook (Standard Webhooks)'), ('slack', 'Slack (incoming webhook)'), ('teams', 'Microsoft Teams (incoming webhook)')], max_length=8, verbose_name='what it is')),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('url', models.CharField(max_length=1000, verbose_name='address')),
                ('language', models.CharField(choices=[('en', 'English'), ('fr', 'French')], default='en', max_length=5, verbose_name='language')),
                ('kinds', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=30), default=list)),
                ('secret', models.CharField(blank=True, max_length=80)),
                ('old_secret', models.CharField(blank=True, max_length=80)),
                ('old_secret_until', models.DateTimeField(null=True)),
                ('failing_since', models.DateTimeField(null=True)),
                ('paused_at', models.DateTimeField(null=True)),
                ('paused_reason', models.CharField(blank=True, choices=[('by_hand', 'Paused by hand'), ('failing', 'Paused: it has failed for three days'), ('gone', 'Paused: it says that it is gone (410)')], max_length=8)),
                ('removed_at', models.DateTimeField(null=True)),
                ('teams', models.ManyToManyField(blank=True, related_name='+', to='accounts.team')),
            ],
            options={
                'ordering': ['name', 'pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('paused_at', None), ('paused_reason', '')), models.Q(('paused_at__isnull', False), models.Q(('paused_reason', ''), _negated=True)), _connector='OR'), name='endpoint_paused_with_a_reason')],
            },
        ),
        migrations.CreateModel(
            name='Preferences',
            fields=[
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('quiet_from', models.TimeField(null=True)),
                ('quiet_until', models.TimeField(null=True)),
                ('digest_every', models.CharField(choices=[('day', 'Every day'), ('week', 'Every Monday')], default='day', max_length=4)),
                ('digest_time', models.TimeField(default=datetime.time(8, 0))),
                ('digest_due_at', models.DateTimeField(null=True)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('digest_due_at__isnull', False)), fields=['digest_due_at'], name='digest_due')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('quiet_from', None), ('quiet_until', None)), models.Q(('quiet_from__isnull', False), ('quiet_until__isnull', False), models.Q(('quiet_from', models.F('quiet_until')), _negated=True)), _connector='OR'), name='quiet_hours_have_two_ends')],
            },
        ),
        migrations.CreateModel(
            name='Choice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('drill.planned', 'A drill is planned'), ('drill.in_a_week', 'A drill is a week away'), ('drill.in_an_hour', 'A drill is an hour away'), ('drill.started', 'A drill has started'), ('drill.inject', 'News during a drill'), ('recovery.stuck', 'Somebody is stuck'), ('recovery.handed_over', 'A recovery was handed to you'), ('drill.over', 'A drill is over'), ('outage.declared', 'A real outage is declared'), ('outage.open', 'A real outage is still open'), ('outage.over', 'A real outage is over'), ('action.due', 'An action is due'), ('workflow.review_due', 'A workflow is due for review'), ('proof.expiring', 'A proof is about to expire'), ('report.ready', 'A report is ready'), ('access.to_confirm', 'Your access is to be confirmed'), ('news', 'Other news'), ('endpoint.paused', 'A webhook was paused'), ('test', 'Test message'), ('digest', 'Digest'), ('account', 'Your account')], max_length=30)),
                ('mail', models.BooleanField()),
                ('in_app', models.BooleanField()),
                ('digest', models.BooleanField()),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('user', 'kind'), name='one_choice_per_person_and_kind')],
            },
        ),
        migrations.CreateModel(
            name='Notification',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('drill.planned', 'A drill is planned'), ('drill.in_a_week', 'A drill is a week away'), ('drill.in_an_hour', 'A drill is an hour away'), ('drill.started', 'A drill has started'), ('drill.inject', 'News during a drill'), ('recovery.stuck', 'Somebody is stuck'), ('recovery.handed_over', 'A recovery was handed to you'), ('drill.over', 'A drill is over'), ('outage.declared', 'A real outage is declared'), ('outage.open', 'A real outage is still open'), ('outage.over', 'A real outage is over'), ('action.due', 'An action is due'), ('workflow.review_due', 'A workflow is due for review'), ('proof.expiring', 'A proof is about to expire'), ('report.ready', 'A report is ready'), ('access.to_confirm', 'Your access is to be confirmed'), ('news', 'Other news'), ('endpoint.paused', 'A webhook was paused'), ('test', 'Test message'), ('digest', 'Digest'), ('account', 'Your account')], default='news', max_length=30)),
                ('exercise', models.BooleanField(default=False)),
                ('subject', models.CharField(max_length=200)),
                ('body', models.TextField()),
                ('path', models.CharField(blank=True, max_length=300)),
                ('dedupe_key', models.CharField(max_length=100)),
                ('mail', models.BooleanField(default=True)),
                ('in_app', models.BooleanField(default=True)),
                ('digest', models.BooleanField(default=False)),
                ('digested_at', models.DateTimeField(null=True)),
                ('made_at', models.DateTimeField()),
                ('due_at', models.DateTimeField()),
                ('leased_until', models.DateTimeField(null=True)),
                ('sent_at', models.DateTimeField(null=True)),
                ('read_at', models.DateTimeField(null=True)),
                ('gave_up_at', models.DateTimeField(null=True)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('last_error', models.CharField(blank=True, max_length=300)),
                ('attachment', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='notifications', to='notifications.attachment')),
                ('recipient', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('gave_up_at', None), ('mail', True), ('sent_at', None)), fields=['due_at'], name='notification_pending'), models.Index(fields=['sent_at'], name='notification_sent'), models.Index(condition=models.Q(('in_app', True), ('read_at', None)), fields=['recipient'], name='notification_unread'), models.Index(condition=models.Q(('digest', True), ('digested_at', None)), fields=['recipient'], name='notification_for_a_digest'), models.Index(condition=models.Q(('in_app', True)), fields=['recipient', '-id'], name='notification_latest')],
                'constraints': [models.UniqueConstraint(fields=('recipient', 'dedupe_key'), name='notify_once'), models.CheckConstraint(condition=models.Q(('sent_at', None), ('gave_up_at', None), _connector='OR'), name='notification_is_sent_or_given_up')],
            },
        ),
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('drill.planned', 'A drill is planned'), ('drill.in_a_week', 'A drill is a week away'), ('drill.in_an_hour', 'A drill is an hour away'), ('drill.started', 'A drill has started'), ('drill.inject', 'News during a drill'), ('recovery.stuck', 'Somebody is stuck'), ('recovery.handed_over', 'A recovery was handed to you'), ('drill.over', 'A drill is over'), ('outage.declared', 'A real outage is declared'), ('outage.open', 'A real outage is still open'), ('outage.over', 'A real outage is over'), ('action.due', 'An action is due'), ('workflow.review_due', 'A workflow is due for review'), ('proof.expiring', 'A proof is about to expire'), ('report.ready', 'A report is ready'), ('access.to_confirm', 'Your access is to be confirmed'), ('news', 'Other news'), ('endpoint.paused', 'A webhook was paused'), ('test', 'Test message'), ('digest', 'Digest'), ('account', 'Your account')], max_length=30)),
                ('subject', models.CharField(max_length=200)),
                ('body', models.TextField()),
                ('dedupe_key', models.CharField(max_length=100)),
                ('made_at', models.DateTimeField()),
                ('due_at', models.DateTimeField()),
                ('leased_until', models.DateTimeField(null=True)),
                ('sent_at', models.DateTimeField(null=True)),
                ('gave_up_at', models.DateTimeField(null=True)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('tried_at', models.DateTimeField(null=True)),
                ('status', models.PositiveSmallIntegerField(null=True)),
                ('last_error', models.CharField(blank=True, max_length=300)),
                ('endpoint', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='notifications.endpoint')),
            ],
            options={
                'verbose_name_plural': 'deliveries',
                'ordering': ['-made_at', '-pk'],
                'indexes': [models.Index(condition=models.Q(('gave_up_at', None), ('sent_at', None)), fields=['due_at'], name='delivery_pending'), models.Index(fields=['endpoint', '-made_at', '-id'], name='delivery_latest')],
                'constraints': [models.UniqueConstraint(fields=('endpoint', 'dedupe_key'), name='tell_an_endpoint_once'), models.CheckConstraint(condition=models.Q(('sent_at', None), ('gave_up_at', None), _connector='OR'), name='delivery_is_sent_or_given_up')],
            },
        ),
    ]
