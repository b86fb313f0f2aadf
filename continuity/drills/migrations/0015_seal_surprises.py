from django.db import migrations
from django.db.models import F, OuterRef, Subquery


def seal(apps, _schema_editor):
    """What surprises were due at is sealed; they are due when their window opens."""
    drills = apps.get_model("drills", "Drill").objects.filter(outage=OuterRef("pk"))
    outages = apps.get_model("outages", "Outage").objects.filter(
        drill__window_ends_at__isnull=False, secret=True, sealed_at=None
    )
    outages.update(
        sealed_at=F("due_at"), due_at=Subquery(drills.values("occurrence_at"))
    )


def open_again(apps, _schema_editor):
    outages = apps.get_model("outages", "Outage").objects.exclude(sealed_at=None)
    outages.update(due_at=F("sealed_at"), sealed_at=None)


class Migration(migrations.Migration):

    dependencies = [
        ('drills', '0014_proposals_settled_by_drills'),
        ('outages', '0008_sealed_instant'),
    ]

    operations = [migrations.RunPython(seal, open_again)]
