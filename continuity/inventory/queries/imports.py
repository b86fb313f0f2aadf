"""Earlier imports and what they left."""

from django.db.models import QuerySet

from continuity.accounts.models import User
from continuity.accounts.roles import Action
from continuity.inventory.models import Import, Workflow


def earlier(user: User) -> QuerySet[Import]:
    """Return the imports that `user` may see, the latest first, without their files."""
    return Import.objects.allowing(user, Action.IMPORT).select_related("created_by")


def workflows_without_tool(of: Import, most: int = 10) -> list[Workflow]:
    """Return some of the workflows that an import made and that depend on no tool."""
    made = of.changes.filter(model="inventory.workflow", created=True)
    return list(
        Workflow.objects.current()
        .filter(pk__in=made.values("object_id"), dependencies=None)
        .select_related("team")[:most]
    )
