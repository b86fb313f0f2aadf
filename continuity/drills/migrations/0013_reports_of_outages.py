import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

TABLES = ("Review", "Finding", "SurveyAnswer")


def name_the_outage(apps, schema_editor):
    """A report, its findings and its answers were of a drill; they are of its outage."""
    Drill = apps.get_model("drills", "Drill")
    of_drill = Drill.objects.filter(pk=models.OuterRef("drill")).values("outage")
    for name in TABLES:
        rows = apps.get_model("drills", name).objects.all()
        rows.update(outage=models.Subquery(of_drill))
    # What was written is checked now, so that the tables can be altered after it.
    schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")


class Migration(migrations.Migration):

    dependencies = [
        ('drills', '0012_programme'),
        ('outages', '0007_real_outages'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Reviewed',
            fields=[
            ],
            options={
                'verbose_name_plural': 'reviewed',
                'proxy': True,
                'indexes': [],
                'constraints': [],
            },
            bases=('outages.outage',),
        ),
        migrations.CreateModel(
            name='RecoveryRating',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rating', models.CharField(choices=[('P', 'Performed without challenges'), ('S', 'Performed with some challenges'), ('M', 'Performed with major challenges'), ('U', 'Unable to be performed')], max_length=1, verbose_name='rating')),
                ('note', models.CharField(blank=True, max_length=500, verbose_name='why')),
                ('rated_at', models.DateTimeField()),
                ('rated_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('recovery', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='rating', to='outages.recovery')),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='finding',
            name='one_draft_per_kind_and_recovery',
        ),
        migrations.RemoveConstraint(
            model_name='surveyanswer',
            name='one_answer_per_drill_and_person',
        ),
        migrations.AddField(
            model_name='finding',
            name='outage',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='findings', to='outages.outage'),
        ),
        migrations.AddField(
            model_name='review',
            name='outage',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='review', to='outages.outage'),
        ),
        migrations.AddField(
            model_name='surveyanswer',
            name='outage',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='survey_answers', to='outages.outage'),
        ),
        migrations.RunPython(name_the_outage, migrations.RunPython.noop),
        migrations.AlterField(
            model_name='finding',
            name='outage',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='findings', to='outages.outage'),
        ),
        migrations.AlterField(
            model_name='review',
            name='outage',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='review', to='outages.outage'),
        ),
        migrations.AlterField(
            model_name='surveyanswer',
            name='outage',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='survey_answers', to='outages.outage'),
        ),
        migrations.RemoveField(
            model_name='finding',
            name='drill',
        ),
        migrations.RemoveField(
            model_name='review',
            name='drill',
        ),
        migrations.RemoveField(
            model_name='surveyanswer',
            name='drill',
        ),
        migrations.AddConstraint(
            model_name='finding',
            constraint=models.UniqueConstraint(condition=models.Q(('draft', ''), _negated=True), fields=('outage', 'draft', 'recovery'), name='one_draft_per_kind_and_recovery', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='surveyanswer',
            constraint=models.UniqueConstraint(fields=('outage', 'person'), name='one_answer_per_outage_and_person'),
        ),
    ]
