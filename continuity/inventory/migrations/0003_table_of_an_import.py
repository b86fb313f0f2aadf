from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("inventory", "0002_search_without_accents")]

    operations = [
        migrations.AddField(
            model_name="import",
            name="table",
            field=models.BinaryField(default=b""),
        ),
    ]
