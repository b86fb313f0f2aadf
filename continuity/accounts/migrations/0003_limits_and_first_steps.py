from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_reviews_and_keys'),
    ]

    operations = [
        migrations.AddField(
            model_name='organisation',
            name='concentration_limit',
            field=models.PositiveSmallIntegerField(default=40, verbose_name='limit of concentration, percent'),
        ),
        migrations.AddField(
            model_name='user',
            name='shows_steps',
            field=models.BooleanField(default=True, verbose_name='first steps on the overview'),
        ),
    ]
