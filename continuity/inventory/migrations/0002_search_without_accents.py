from django.contrib.postgres.operations import UnaccentExtension
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("inventory", "0001_catalogue_workflows_imports")]

    operations = [UnaccentExtension()]
