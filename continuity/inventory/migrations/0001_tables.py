import datetime
import django.contrib.postgres.fields
import django.contrib.postgres.operations
import django.db.models.constraints
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ('inventory', '0001_catalogue_workflows_imports'),
        ('inventory', '0002_search_without_accents'),
        ('inventory', '0003_table_of_an_import'),
        ('inventory', '0004_impact_proof_access_views'),
        ('inventory', '0005_kinds_and_runs_of_imports'),
        ('inventory', '0006_proof_files_and_ends'),
        ('inventory', '0007_reviews_and_changes_of_many'),
        ('inventory', '0008_checks_of_large_imports'),
    ]

    dependencies = [
        ('accounts', '0001_tables'),
    ]

    operations = [
        django.contrib.postgres.operations.UnaccentExtension(
        ),
        migrations.CreateModel(
            name='Workflow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=300, verbose_name='name')),
                ('description', models.TextField(blank=True, verbose_name='what it delivers, and to whom')),
                ('reference', models.CharField(blank=True, max_length=80, verbose_name='reference in your own list')),
                ('tier', models.PositiveSmallIntegerField(choices=[(1, 'Critical'), (2, 'Important'), (3, 'Normal'), (4, 'Low')], default=3, verbose_name='criticality')),
                ('rto', models.DurationField(blank=True, null=True, verbose_name='recovery time objective (RTO)')),
                ('mtpd', models.DurationField(blank=True, null=True, verbose_name='longest tolerable stop (MTPD)')),
                ('wrt', models.DurationField(blank=True, null=True, verbose_name='time to verify and catch up (WRT)')),
                ('targets_reason', models.TextField(blank=True, verbose_name='why these targets')),
                ('targets_at', models.DateTimeField(blank=True, null=True, verbose_name='targets set')),
                ('cost_per_hour', models.DecimalField(blank=True, decimal_places=2, max_digits=12, null=True, verbose_name='cost of an hour')),
                ('mbco_percent', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='minimum level (MBCO), percent of normal volume')),
                ('mbco_words', models.CharField(blank=True, max_length=240, verbose_name='minimum level in words')),
                ('people_least', models.PositiveIntegerField(blank=True, null=True, verbose_name='people, at least')),
                ('people_most', models.PositiveIntegerField(blank=True, null=True, verbose_name='people, at most')),
                ('data_class', models.CharField(blank=True, choices=[('public', 'Public'), ('internal', 'Internal'), ('confidential', 'Confidential'), ('personal', 'Personal'), ('special', 'Special category (health, biometric, …)')], max_length=12, verbose_name='data')),
                ('hours', models.CharField(blank=True, max_length=120, verbose_name='operating hours')),
                ('peak_hours', models.CharField(blank=True, max_length=120, verbose_name='peak hours')),
                ('zone', models.CharField(blank=True, max_length=60, verbose_name='time zone of the hours')),
                ('status', models.CharField(choices=[('draft', 'Draft'), ('approved', 'Approved'), ('due', 'Due for review')], default='draft', max_length=8, verbose_name='status')),
                ('version', models.PositiveIntegerField(default=1, verbose_name='version')),
                ('approved_version', models.PositiveIntegerField(blank=True, null=True)),
                ('approved_at', models.DateTimeField(blank=True, null=True, verbose_name='approved')),
                ('review_on', models.DateField(blank=True, null=True, verbose_name='due for review')),
                ('created_at', models.DateTimeField(verbose_name='created')),
                ('archived_at', models.DateTimeField(blank=True, null=True, verbose_name='archived')),
                ('approved_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='approved by')),
                ('deputy', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='deputised_workflows', to=settings.AUTH_USER_MODEL, verbose_name='deputy')),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='owned_workflows', to=settings.AUTH_USER_MODEL, verbose_name='owner')),
                ('targets_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='targets set by')),
                ('team', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='workflows', to='accounts.team', verbose_name='team')),
            ],
            options={
                'ordering': ['name', 'pk'],
                'indexes': [models.Index(fields=['team', 'name'], name='workflow_by_team'), models.Index(fields=['owner'], name='workflow_by_owner'), models.Index(condition=models.Q(('archived_at', None), ('status__in', ['approved', 'draft'])), fields=['review_on'], name='workflow_to_review')],
                'constraints': [models.UniqueConstraint(models.F('team'), django.db.models.functions.text.Lower('name'), condition=models.Q(('archived_at', None)), name='one_workflow_per_name_and_team', violation_error_message='This team has a workflow with this name.'), models.CheckConstraint(condition=models.Q(('rto', None), ('rto__gt', datetime.timedelta(0)), _connector='OR'), name='workflow_rto_positive', violation_error_message='The RTO must be longer than zero.'), models.CheckConstraint(condition=models.Q(('rto', None), ('mtpd', None), ('rto__lte', models.F('mtpd')), _connector='OR'), name='workflow_rto_within_mtpd', violation_error_message='The RTO must not be longer than the MTPD: shorten the RTO, or lengthen the MTPD if the stop is really tolerable for longer.'), models.CheckConstraint(condition=models.Q(('rto', None), ('mtpd', None), ('wrt', None), ('mtpd__gte', django.db.models.expressions.CombinedExpression(models.F('rto'), '+', models.F('wrt'))), _connector='OR'), name='workflow_rto_and_wrt_within_mtpd', violation_error_message='RTO and WRT together must not be longer than the MTPD: shorten one of them, or lengthen the MTPD if the stop is really tolerable for longer.'), models.CheckConstraint(condition=models.Q(models.Q(('approved_at', None), ('approved_version', None)), models.Q(('approved_at__isnull', False), ('approved_version__isnull', False)), _connector='OR'), name='workflow_approval_names_its_version'), models.CheckConstraint(condition=models.Q(('people_least', None), ('people_most', None), ('people_least__lte', models.F('people_most')), _connector='OR'), name='workflow_people_in_order', violation_error_message='“At least” must not exceed “at most”.'), models.CheckConstraint(condition=models.Q(('mbco_percent', None), models.Q(('mbco_percent__gte', 0), ('mbco_percent__lte', 100)), _connector='OR'), name='workflow_mbco_percent', violation_error_message='Give a percentage between 0 and 100.')],
            },
        ),
        migrations.CreateModel(
            name='ImpactCategory',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.SlugField(blank=True, editable=False, max_length=20)),
                ('name', models.CharField(blank=True, max_length=60, verbose_name='name')),
                ('position', models.PositiveSmallIntegerField(default=0)),
                ('archived_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'verbose_name_plural': 'impact categories',
                'ordering': ['position', 'pk'],
                'constraints': [models.UniqueConstraint(django.db.models.functions.text.Lower('name'), condition=models.Q(models.Q(('name', ''), _negated=True), ('archived_at', None)), name='one_category_per_name', violation_error_message='There is a category with this name.'), models.CheckConstraint(condition=models.Q(models.Q(('name', ''), _negated=True), models.Q(('key', ''), _negated=True), _connector='OR'), name='category_has_a_name')],
            },
        ),
        migrations.CreateModel(
            name='ImpactLevel',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.SlugField(blank=True, editable=False, max_length=20)),
                ('name', models.CharField(blank=True, max_length=60, verbose_name='name')),
                ('order', models.PositiveSmallIntegerField(unique=True, verbose_name='order')),
                ('tolerable', models.BooleanField(default=True, verbose_name='tolerable')),
            ],
            options={
                'ordering': ['order'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('name', ''), _negated=True), models.Q(('key', ''), _negated=True), _connector='OR'), name='level_has_a_name')],
            },
        ),
        migrations.CreateModel(
            name='Import',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('uploaded', 'Columns to be named'), ('mapped', 'To be checked'), ('waiting', 'Being imported'), ('done', 'Imported'), ('undone', 'Undone')], default='uploaded', max_length=8)),
                ('kind', models.CharField(choices=[('workflows', 'Workflows'), ('alternatives', 'Alternatives'), ('steps', 'Runbook steps'), ('impacts', 'Business impact'), ('points', 'Recovery points'), ('tools', 'AI tools'), ('upstreams', 'Upstreams'), ('providers', 'Providers'), ('teams', 'Teams')], default='workflows', max_length=12)),
                ('file_name', models.CharField(max_length=200, verbose_name='file')),
                ('content', models.BinaryField()),
                ('sha256', models.CharField(max_length=64)),
                ('reading', models.JSONField(default=dict)),
                ('table', models.BinaryField(default=b'')),
                ('mapping', models.JSONField(default=dict)),
                ('answers', models.JSONField(default=dict)),
                ('rows', models.PositiveIntegerField(default=0)),
                ('created_at', models.DateTimeField(verbose_name='uploaded')),
                ('imported_at', models.DateTimeField(null=True, verbose_name='imported')),
                ('undone_at', models.DateTimeField(null=True, verbose_name='undone')),
                ('counts', models.JSONField(default=dict)),
                ('created_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-created_at', '-pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('imported_at', None), ('state__in', ['uploaded', 'mapped', 'waiting']), ('undone_at', None)), models.Q(('imported_at__isnull', False), ('state', 'done'), ('undone_at', None)), models.Q(('imported_at__isnull', False), ('state', 'undone'), ('undone_at__isnull', False)), _connector='OR'), name='import_state_matches_instants')],
            },
        ),
        migrations.CreateModel(
            name='ProofPolicy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(choices=[('drill', 'Drill'), ('outage', 'Outage'), ('check', 'Check'), ('attestation', 'Attestation')], max_length=12)),
                ('tier', models.PositiveSmallIntegerField(blank=True, choices=[(1, 'Critical'), (2, 'Important'), (3, 'Normal'), (4, 'Low')], null=True)),
                ('days', models.PositiveSmallIntegerField(verbose_name='days')),
            ],
            options={
                'verbose_name_plural': 'proof policies',
                'ordering': ['source', 'tier'],
                'constraints': [models.UniqueConstraint(fields=('source', 'tier'), name='one_policy_per_source_and_tier', nulls_distinct=False), models.CheckConstraint(condition=models.Q(('days__gte', 1)), name='policy_lasts_a_day')],
            },
        ),
        migrations.CreateModel(
            name='Provider',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('url', models.URLField(blank=True, verbose_name='web address')),
                ('from_catalogue', models.BooleanField(default=False, editable=False)),
            ],
            options={
                'ordering': ['name', 'pk'],
                'constraints': [models.UniqueConstraint(django.db.models.functions.text.Lower('name'), name='one_provider_per_name', violation_error_message='A provider with this name exists already.')],
            },
        ),
        migrations.CreateModel(
            name='SavedView',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('page', models.CharField(choices=[('workflows', 'Workflows'), ('tools', 'AI tools')], max_length=12)),
                ('name', models.CharField(max_length=60, verbose_name='name')),
                ('query', models.CharField(max_length=1000)),
                ('shared', models.BooleanField(default=False, verbose_name='for everyone')),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='saved_views', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['name', 'pk'],
                'constraints': [models.UniqueConstraint(models.F('owner'), models.F('page'), django.db.models.functions.text.Lower('name'), name='one_view_per_name', violation_error_message='You have a view with this name.')],
            },
        ),
        migrations.CreateModel(
            name='BulkChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('edit', 'Fields changed'), ('alternative', 'Alternative added'), ('approve', 'Approved'), ('archive', 'Archived'), ('restore', 'Brought back')], max_length=12)),
                ('at', models.DateTimeField()),
                ('changed', models.PositiveIntegerField()),
                ('left_out', models.PositiveIntegerField()),
                ('rows', models.JSONField(default=list)),
                ('undone_at', models.DateTimeField(null=True)),
                ('undone', models.PositiveIntegerField(default=0)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='bulk_changes', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-at', '-pk'],
                'indexes': [models.Index(fields=['by', '-at'], name='bulk_change_latest')],
            },
        ),
        migrations.CreateModel(
            name='RecoveryPoint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('material', models.CharField(choices=[('conversations', 'Conversations'), ('files', 'Uploaded files'), ('assistants', 'Custom assistants'), ('prompts', 'Prompt libraries')], max_length=14, verbose_name='material')),
                ('rpo', models.DurationField(blank=True, null=True, verbose_name='may be lost (RPO)')),
                ('copy', models.CharField(blank=True, max_length=240, verbose_name='where a copy is kept')),
                ('workflow', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='recovery_points', to='inventory.workflow')),
            ],
            options={
                'ordering': ['pk'],
                'constraints': [models.UniqueConstraint(fields=('workflow', 'material'), name='one_rpo_per_material'), models.CheckConstraint(condition=models.Q(('rpo', None), ('rpo__gte', datetime.timedelta(0)), _connector='OR'), name='rpo_not_negative')],
            },
        ),
        migrations.CreateModel(
            name='WorkflowApproval',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(verbose_name='version')),
                ('approved_at', models.DateTimeField(verbose_name='approved')),
                ('facts', models.JSONField(default=dict)),
                ('approved_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('workflow', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='approvals', to='inventory.workflow')),
            ],
            options={
                'ordering': ['-approved_at', '-pk'],
                'indexes': [models.Index(fields=['workflow', '-approved_at'], name='approval_latest')],
            },
        ),
        migrations.CreateModel(
            name='Impact',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('after', models.DurationField(verbose_name='after')),
                ('amount', models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True, verbose_name='amount')),
                ('unit', models.CharField(blank=True, max_length=40, verbose_name='unit')),
                ('category', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='impacts', to='inventory.impactcategory')),
                ('level', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='impacts', to='inventory.impactlevel')),
                ('workflow', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='impacts', to='inventory.workflow')),
            ],
            options={
                'ordering': ['category', 'after'],
                'constraints': [models.UniqueConstraint(fields=('workflow', 'category', 'after'), name='one_rating_per_moment'), models.CheckConstraint(condition=models.Q(('after__gt', datetime.timedelta(0))), name='rating_after_some_time'), models.CheckConstraint(condition=models.Q(('amount', None), models.Q(('unit', ''), _negated=True), _connector='OR'), name='amount_has_a_unit')],
            },
        ),
        migrations.CreateModel(
            name='ImportChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('model', models.CharField(max_length=40)),
                ('object_id', models.BigIntegerField()),
                ('created', models.BooleanField()),
                ('before', models.JSONField(default=dict)),
                ('after', models.JSONField(default=dict)),
                ('of', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='changes', to='inventory.import')),
            ],
            options={
                'ordering': ['pk'],
                'constraints': [models.UniqueConstraint(fields=('of', 'model', 'object_id'), name='one_change_per_row')],
            },
        ),
        migrations.CreateModel(
            name='ImportCheck',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('asked_at', models.DateTimeField()),
                ('due_at', models.DateTimeField()),
                ('leased_until', models.DateTimeField(null=True)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('done', models.PositiveIntegerField(default=0)),
                ('total', models.PositiveIntegerField(default=0)),
                ('ended_at', models.DateTimeField(null=True)),
                ('problem', models.CharField(blank=True, max_length=60)),
                ('round', models.PositiveIntegerField(default=1)),
                ('mark', models.CharField(blank=True, max_length=64)),
                ('outline', models.JSONField(default=dict)),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('of', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='checking', to='inventory.import')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('ended_at', None)), fields=['due_at'], name='import_to_check')],
                'constraints': [models.CheckConstraint(condition=models.Q(('problem', ''), ('ended_at__isnull', False), _connector='OR'), name='check_with_a_problem_has_ended')],
            },
        ),
        migrations.CreateModel(
            name='ImportRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('asked_at', models.DateTimeField()),
                ('due_at', models.DateTimeField()),
                ('leased_until', models.DateTimeField(null=True)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('done', models.PositiveIntegerField(default=0)),
                ('total', models.PositiveIntegerField(default=0)),
                ('ended_at', models.DateTimeField(null=True)),
                ('problem', models.CharField(blank=True, max_length=60)),
                ('digest', models.CharField(max_length=64)),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('of', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='run', to='inventory.import')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('ended_at', None)), fields=['due_at'], name='import_to_write')],
                'constraints': [models.CheckConstraint(condition=models.Q(('problem', ''), ('ended_at__isnull', False), _connector='OR'), name='run_with_a_problem_has_ended')],
            },
        ),
        migrations.CreateModel(
            name='Tool',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=160, verbose_name='name')),
                ('kind', models.CharField(choices=[('product', 'Product'), ('component', 'Component of a product'), ('model', 'Model'), ('infrastructure', 'Infrastructure')], default='product', max_length=14, verbose_name='kind')),
                ('url', models.URLField(blank=True, verbose_name='web address')),
                ('source', models.CharField(blank=True, max_length=240, verbose_name='source')),
                ('seats', models.PositiveIntegerField(blank=True, help_text='Licences the organisation holds.', null=True, verbose_name='seats')),
                ('limit', models.PositiveIntegerField(blank=True, help_text='The most people who can work with it at the same time.', null=True, verbose_name='people at once')),
                ('retired_on', models.DateField(blank=True, null=True, verbose_name='withdrawn by its provider on')),
                ('from_catalogue', models.BooleanField(default=False, editable=False)),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='components', to='inventory.tool', verbose_name='part of')),
                ('provider', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='tools', to='inventory.provider', verbose_name='provider')),
            ],
            options={
                'ordering': ['name', 'pk'],
                'constraints': [models.UniqueConstraint(django.db.models.functions.text.Lower('name'), name='one_tool_per_name', violation_error_message='A tool with this name exists already.'), models.CheckConstraint(condition=models.Q(('parent', models.F('pk')), _negated=True), name='tool_is_not_part_of_itself')],
            },
        ),
        migrations.CreateModel(
            name='CheckedRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('outcome', models.CharField(max_length=12)),
                ('said', models.JSONField()),
                ('cells', models.JSONField()),
                ('of', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rows', to='inventory.importcheck')),
            ],
            options={
                'ordering': ['number'],
                'indexes': [models.Index(fields=['of', 'outcome', 'number'], name='checked_by_outcome')],
                'constraints': [models.UniqueConstraint(fields=('of', 'number'), name='row_checked_once')],
            },
        ),
        migrations.CreateModel(
            name='Dependency',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('purpose', models.CharField(blank=True, max_length=240, verbose_name='used for')),
                ('without', models.CharField(choices=[('stops', 'Stops'), ('degraded', 'Degraded')], default='stops', max_length=8, verbose_name='without it the work')),
                ('position', models.PositiveSmallIntegerField(default=0)),
                ('tool', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='dependencies', to='inventory.tool', verbose_name='tool')),
                ('workflow', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='dependencies', to='inventory.workflow')),
            ],
            options={
                'verbose_name_plural': 'dependencies',
                'ordering': ['position', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('workflow', 'tool'), name='one_dependency_per_tool', violation_error_message='This workflow depends on this tool already.')],
            },
        ),
        migrations.CreateModel(
            name='ToolName',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=160, verbose_name='spelling')),
                ('normal', models.CharField(max_length=160, unique=True)),
                ('from_catalogue', models.BooleanField(default=False, editable=False)),
                ('tool', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='names', to='inventory.tool')),
            ],
            options={
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='Upstream',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('relation', models.CharField(choices=[('model', 'Model'), ('hosting', 'Cloud and region'), ('edge', 'Network edge'), ('identity', 'Sign-in'), ('network', 'Network path')], max_length=10, verbose_name='relation')),
                ('hard', models.BooleanField(default=True, help_text='Off: it only gets slower or poorer without it.', verbose_name='stops without it')),
                ('source', models.CharField(max_length=240, verbose_name='source')),
                ('verified_on', models.DateField(blank=True, null=True, verbose_name='verified on')),
                ('confidence', models.CharField(choices=[('high', 'High'), ('medium', 'Medium'), ('low', 'Low')], max_length=6, verbose_name='confidence')),
                ('from_catalogue', models.BooleanField(default=False, editable=False)),
                ('tool', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='upstreams', to='inventory.tool')),
                ('upstream', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='downstreams', to='inventory.tool', verbose_name='needs')),
            ],
            options={
                'ordering': ['tool__name', 'relation', 'upstream__name'],
                'constraints': [models.UniqueConstraint(fields=('tool', 'upstream', 'relation'), name='one_edge_per_relation', violation_error_message='This upstream is recorded already.'), models.CheckConstraint(condition=models.Q(('tool', models.F('upstream')), _negated=True), name='tool_is_not_its_own_upstream', violation_error_message='A tool cannot be its own upstream.'), models.CheckConstraint(condition=models.Q(('source', ''), _negated=True), name='upstream_names_its_source')],
            },
        ),
        migrations.CreateModel(
            name='Alternative',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rank', models.PositiveSmallIntegerField(verbose_name='rank')),
                ('procedure', models.CharField(blank=True, max_length=160, verbose_name='manual procedure')),
                ('kind', models.CharField(choices=[('other_model', 'Other model of the same product'), ('other_product', 'Other product of the same provider'), ('other_provider', 'Other provider'), ('model_elsewhere', 'Same model elsewhere'), ('self_hosted', 'Self-hosted'), ('manual', 'Without AI, by hand')], max_length=16, verbose_name='kind')),
                ('expected_capacity', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='expected capacity, percent')),
                ('expected_quality', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='expected quality, percent')),
                ('expected_switch', models.DurationField(blank=True, null=True, verbose_name='expected switching time')),
                ('approved_data', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('public', 'Public'), ('internal', 'Internal'), ('confidential', 'Confidential'), ('personal', 'Personal'), ('special', 'Special category (health, biometric, …)')], max_length=12), blank=True, default=list, verbose_name='approved for data')),
                ('limit', models.PositiveIntegerField(blank=True, help_text='The most people of this workflow who can use it at the same time.', null=True, verbose_name='people at once')),
                ('preconditions', models.TextField(blank=True, verbose_name='what must be in place before')),
                ('trigger', models.TextField(blank=True, verbose_name='when to switch to it')),
                ('return_criteria', models.TextField(blank=True, verbose_name='when to go back')),
                ('cost', models.CharField(blank=True, max_length=120, verbose_name='what it costs')),
                ('note', models.TextField(blank=True, verbose_name='note')),
                ('dependency', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='alternatives', to='inventory.dependency')),
                ('tool', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='alternative_uses', to='inventory.tool', verbose_name='tool')),
            ],
            options={
                'ordering': ['rank'],
                'constraints': [models.UniqueConstraint(deferrable=django.db.models.constraints.Deferrable['DEFERRED'], fields=('dependency', 'rank'), name='one_alternative_per_rank'), models.CheckConstraint(condition=models.Q(('rank__gte', 1)), name='rank_begins_at_one'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'manual'), ('tool', None), models.Q(('procedure', ''), _negated=True)), models.Q(models.Q(('kind', 'manual'), _negated=True), ('procedure', ''), ('tool__isnull', False)), _connector='OR'), name='alternative_is_a_tool_or_a_procedure', violation_error_message='Choose a tool, or the kind “by hand” and name the procedure.'), models.CheckConstraint(condition=models.Q(('expected_capacity', None), models.Q(('expected_capacity__gte', 0), ('expected_capacity__lte', 999)), _connector='OR'), name='alternative_capacity_percent', violation_error_message='Give a percentage between 0 and 999.'), models.CheckConstraint(condition=models.Q(('expected_quality', None), models.Q(('expected_quality__gte', 0), ('expected_quality__lte', 999)), _connector='OR'), name='alternative_quality_percent', violation_error_message='Give a percentage between 0 and 999.')],
            },
        ),
        migrations.CreateModel(
            name='Proof',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(choices=[('drill', 'Drill'), ('outage', 'Outage'), ('check', 'Check'), ('attestation', 'Attestation')], max_length=12, verbose_name='from')),
                ('shown_at', models.DateTimeField(verbose_name='shown')),
                ('expires_at', models.DateTimeField(verbose_name='expires')),
                ('works', models.BooleanField(verbose_name='it worked')),
                ('switch_after', models.DurationField(blank=True, null=True, verbose_name='time to switch')),
                ('minimum_after', models.DurationField(blank=True, null=True, verbose_name='time to the minimum level (RTA)')),
                ('capacity', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='capacity reached, percent')),
                ('quality', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='quality reached, percent')),
                ('note', models.TextField(blank=True, verbose_name='note')),
                ('file_name', models.CharField(blank=True, max_length=200, verbose_name='file')),
                ('runbook_version', models.PositiveIntegerField(blank=True, null=True)),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='counts no more since')),
                ('ended_reason', models.CharField(blank=True, choices=[('tool_retired', 'The tool was withdrawn by its provider'), ('runbook_changed', 'The runbook was changed'), ('tool_replaced', 'The workflow uses another tool now'), ('failed_later', 'It did not work when it was tried again'), ('by_hand', 'Somebody said so')], max_length=16, verbose_name='why')),
                ('ended_note', models.CharField(blank=True, max_length=300, verbose_name='reason')),
                ('alternative', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='proofs', to='inventory.alternative')),
                ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='shown by')),
                ('ended_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-shown_at', '-pk'],
                'indexes': [models.Index(fields=['alternative', '-shown_at'], name='proof_latest')],
                'constraints': [models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('shown_at'))), name='proof_expires_after_shown'), models.CheckConstraint(condition=models.Q(models.Q(('ended_at', None), ('ended_reason', '')), models.Q(('ended_at__isnull', False), models.Q(('ended_reason', ''), _negated=True)), _connector='OR'), name='proof_ended_with_a_reason'), models.CheckConstraint(condition=models.Q(('capacity', None), models.Q(('capacity__gte', 0), ('capacity__lte', 999)), _connector='OR'), name='proof_capacity_percent', violation_error_message='Give a percentage between 0 and 999.'), models.CheckConstraint(condition=models.Q(('quality', None), models.Q(('quality__gte', 0), ('quality__lte', 999)), _connector='OR'), name='proof_quality_percent', violation_error_message='Give a percentage between 0 and 999.')],
            },
        ),
        migrations.CreateModel(
            name='RunbookStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField()),
                ('text', models.CharField(max_length=400, verbose_name='what to do')),
                ('role', models.CharField(blank=True, max_length=120, verbose_name='who')),
                ('expected', models.DurationField(blank=True, null=True, verbose_name='expected time')),
                ('verification', models.CharField(blank=True, max_length=240, verbose_name='how to tell it worked')),
                ('way_back', models.CharField(blank=True, max_length=240, verbose_name='way back')),
                ('details', models.TextField(blank=True, verbose_name='details (Markdown)')),
                ('alternative', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='steps', to='inventory.alternative')),
            ],
            options={
                'ordering': ['position'],
                'constraints': [models.UniqueConstraint(deferrable=django.db.models.constraints.Deferrable['DEFERRED'], fields=('alternative', 'position'), name='one_step_per_position')],
            },
        ),
        migrations.CreateModel(
            name='RunbookVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(verbose_name='version')),
                ('steps', models.JSONField()),
                ('written_at', models.DateTimeField(verbose_name='written')),
                ('approved_at', models.DateTimeField(blank=True, null=True, verbose_name='approved')),
                ('alternative', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='runbook_versions', to='inventory.alternative')),
                ('approved_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('written_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-number'],
                'constraints': [models.UniqueConstraint(fields=('alternative', 'number'), name='one_runbook_per_version')],
            },
        ),
        migrations.CreateModel(
            name='Access',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('account', models.CharField(blank=True, choices=[('yes', 'Yes'), ('no', 'No'), ('', 'Not answered')], max_length=3, verbose_name='I have an account')),
                ('seat', models.CharField(blank=True, choices=[('yes', 'Yes'), ('no', 'No'), ('', 'Not answered')], max_length=3, verbose_name='I have a licence or seat')),
                ('own_sign_in', models.CharField(blank=True, choices=[('yes', 'Yes'), ('no', 'No'), ('', 'Not answered')], max_length=3, verbose_name='I can sign in without what has failed')),
                ('mfa', models.CharField(blank=True, choices=[('yes', 'Yes'), ('no', 'No'), ('', 'Not answered')], max_length=3, verbose_name='My second factor works')),
                ('data_allowed', models.CharField(blank=True, choices=[('yes', 'Yes'), ('no', 'No'), ('', 'Not answered')], max_length=3, verbose_name='I may put this work’s data there')),
                ('material', models.CharField(blank=True, choices=[('yes', 'Yes'), ('no', 'No'), ('', 'Not answered')], max_length=3, verbose_name='My prompts and files are there')),
                ('answered_at', models.DateTimeField(verbose_name='answered')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='accesses', to=settings.AUTH_USER_MODEL)),
                ('alternative', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='accesses', to='inventory.alternative')),
            ],
            options={
                'verbose_name_plural': 'accesses',
                'ordering': ['user__name'],
                'constraints': [models.UniqueConstraint(fields=('alternative', 'user'), name='one_access_per_person')],
            },
        ),
        migrations.CreateModel(
            name='ProofFile',
            fields=[
                ('proof', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='file', serialize=False, to='inventory.proof')),
                ('content', models.BinaryField()),
            ],
        ),
    ]
