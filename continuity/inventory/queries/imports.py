"""Earlier imports and what they left."""

from django.db.models import QuerySet

from continuity.accounts.models import User
from continuity.accounts.roles import Action
from continuity.inventory.models import Import, ImportCheck, ImportRun, Workflow
from continuity.web.problems import GENERAL, SENTENCES


def earlier(user: User) -> QuerySet[Import]:
    """Return the imports that `user` may see, the latest first, without their files."""
    return Import.objects.allowing(user, Action.IMPORT).select_related("created_by")


def run_of(row: Import) -> ImportRun | None:
    """Return the worker's part of an import; None if no worker was asked."""
    return ImportRun.objects.filter(of=row).first()


def check_of(row: Import) -> ImportCheck | None:
    """Return the check of a large file; None if no worker was asked for it."""
    return ImportCheck.objects.defer("outline").filter(of=row).first()


def said_of(check: ImportCheck | None) -> str:
    """Return what kept a check from its end, in words, or nothing."""
    return str(SENTENCES.get(check.problem, GENERAL)) if check and check.problem else ""


def problem_of(row: Import) -> str:
    """Return what kept the last attempt from being written, in words, or nothing."""
    run = run_of(row)
    return str(SENTENCES.get(run.problem, GENERAL)) if run and run.problem else ""


def workflows_without_tool(of: Import, most: int = 10) -> list[Workflow]:
    """Return some of the workflows that an import made and that depend on no tool."""
    made = of.changes.filter(model="inventory.workflow", created=True)
    return list(
        Workflow.objects.current()
        .filter(pk__in=made.values("object_id"), dependencies=None)
        .select_related("team")[:most]
    )
