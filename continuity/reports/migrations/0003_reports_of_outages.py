import django.db.models.deletion
from django.db import migrations, models


def name_the_outage(apps, schema_editor):
    """An after-action report was about a drill; it is about its outage."""
    Drill = apps.get_model("drills", "Drill")
    of_drill = Drill.objects.filter(pk=models.OuterRef("drill")).values("outage")
    rows = apps.get_model("reports", "Report").objects.exclude(drill=None)
    rows.update(outage=models.Subquery(of_drill))
    # What was written is checked now, so that the table can be altered after it.
    schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")


class Migration(migrations.Migration):

    dependencies = [
        ('drills', '0013_reports_of_outages'),
        ('outages', '0007_real_outages'),
        ('reports', '0002_packs_plans_and_registers'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='report',
            name='report_is_about_a_drill_or_a_team',
        ),
        migrations.AddField(
            model_name='report',
            name='outage',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reports', to='outages.outage'),
        ),
        migrations.RunPython(name_the_outage, migrations.RunPython.noop),
        migrations.RemoveField(
            model_name='report',
            name='drill',
        ),
        migrations.AddConstraint(
            model_name='report',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'after_action'), ('outage__isnull', False)), models.Q(('kind', 'continuity'), ('outage', None), ('since__isnull', False)), models.Q(('kind', 'grab_pack'), ('outage', None), ('team__isnull', False)), models.Q(('kind', 'team_plan'), ('outage', None), ('team__isnull', False), ('workflow', None)), models.Q(('kind', 'evidence'), ('outage', None), ('since__isnull', False), ('workflow', None)), _connector='OR'), name='report_is_about_an_outage_or_a_team'),
        ),
    ]
