from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("inventory", "0001_catalogue_workflows_imports")]

    operations = [
        migrations.AddField(
            model_name="import",
            name="table",
            field=models.BinaryField(default=b""),
        ),
    ]
