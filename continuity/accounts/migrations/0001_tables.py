import continuity.accounts.roles
import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ('accounts', '0001_people_and_teams'),
        ('accounts', '0002_reviews_and_keys'),
        ('accounts', '0003_limits_and_first_steps'),
    ]

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('email', models.EmailField(max_length=254, unique=True, verbose_name='e-mail address')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('organisation_role', models.CharField(blank=True, choices=[(continuity.accounts.roles.OrganisationRole['NONE'], 'None'), (continuity.accounts.roles.OrganisationRole['AUDITOR'], 'Auditor (reads all teams)'), (continuity.accounts.roles.OrganisationRole['MANAGER'], 'Continuity manager (all teams)'), (continuity.accounts.roles.OrganisationRole['ADMINISTRATOR'], 'Administrator (settings and people)')], default=continuity.accounts.roles.OrganisationRole['NONE'], max_length=14, verbose_name='role in the organisation')),
                ('language', models.CharField(blank=True, choices=[('', 'As the browser says'), ('en', 'English'), ('fr', 'French')], max_length=5, verbose_name='language')),
                ('theme', models.CharField(blank=True, choices=[('', 'As the device says'), ('light', 'Light'), ('dark', 'Dark')], max_length=5, verbose_name='appearance')),
                ('zone', models.CharField(blank=True, max_length=60, verbose_name='time zone')),
                ('single_keys', models.BooleanField(default=True, verbose_name='shortcuts of a single key')),
                ('shows_steps', models.BooleanField(default=True, verbose_name='first steps on the overview')),
                ('is_active', models.BooleanField(default=True, verbose_name='may sign in')),
                ('joined_at', models.DateTimeField(blank=True, null=True, verbose_name='added')),
            ],
            options={
                'ordering': ['name', 'pk'],
                'constraints': [models.UniqueConstraint(django.db.models.functions.text.Lower('email'), name='one_user_per_address')],
            },
        ),
        migrations.CreateModel(
            name='Organisation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('zone', models.CharField(default='UTC', max_length=60, verbose_name='time zone')),
                ('upstream_stale_days', models.PositiveSmallIntegerField(default=365, verbose_name='days until a recorded upstream counts as stale')),
                ('currency', models.CharField(default='EUR', max_length=3, verbose_name='currency')),
                ('review_months', models.PositiveSmallIntegerField(default=12, verbose_name='months until a workflow is due for review')),
                ('concentration_limit', models.PositiveSmallIntegerField(default=40, verbose_name='limit of concentration, percent')),
                ('is_sample', models.BooleanField(default=False, verbose_name='holds the sample data')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('pk', 1)), name='one_organisation')],
            },
        ),
        migrations.CreateModel(
            name='Team',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=240, verbose_name='name')),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='accounts.team', verbose_name='department')),
            ],
            options={
                'ordering': ['name', 'pk'],
                'constraints': [models.UniqueConstraint(django.db.models.functions.text.Lower('name'), models.F('parent'), name='one_team_per_name_and_department', nulls_distinct=False, violation_error_message='A team with this name exists already.'), models.CheckConstraint(condition=models.Q(('parent', models.F('pk')), _negated=True), name='team_is_not_its_own_department')],
            },
        ),
        migrations.CreateModel(
            name='Membership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.PositiveSmallIntegerField(choices=[(10, 'Viewer'), (20, 'Member'), (30, 'Lead')], verbose_name='role')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to=settings.AUTH_USER_MODEL)),
                ('team', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to='accounts.team')),
            ],
            options={
                'ordering': ['-role', 'user__name'],
                'constraints': [models.UniqueConstraint(fields=('user', 'team'), name='one_role_per_team')],
            },
        ),
        migrations.AddField(
            model_name='Team',
            name='members',
            field=models.ManyToManyField(related_name='teams', through='accounts.Membership', to=settings.AUTH_USER_MODEL),
        ),
    ]
