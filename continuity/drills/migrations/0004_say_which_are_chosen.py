from django.db import migrations


def mark_chosen(apps, schema_editor):
    """Until now a component without a tool stood for the tools that a drill names."""
    apps.get_model("drills", "Component").objects.filter(tool=None).update(chosen=True)


class Migration(migrations.Migration):
    dependencies = [("drills", "0003_components_of_three_kinds")]

    operations = [migrations.RunPython(mark_chosen, migrations.RunPython.noop)]
