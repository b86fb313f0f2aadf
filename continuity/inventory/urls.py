"""Addresses of workflows, tools and providers."""

from django.urls import path

from continuity.inventory.views import (
    access,
    exports,
    fate,
    impact,
    imports,
    packs,
    proofs,
    runbooks,
    saved,
    scales,
    tools,
    undoing,
    workflows,
)

app_name = "inventory"
urlpatterns = [
    path("workflows/", workflows.listing, name="workflows"),
    path("workflows/new/", workflows.workflow_new, name="workflow_new"),
    path("workflows/<int:pk>/", workflows.workflow, name="workflow"),
    path("workflows/<int:pk>/edit/", workflows.workflow_edit, name="workflow_edit"),
    path(
        "workflows/<int:pk>/archive/", workflows.workflow_archive, name="workflow_archive"
    ),
    path(
        "workflows/<int:pk>/restore/", workflows.workflow_restore, name="workflow_restore"
    ),
    path("workflows/<int:pk>/runbooks/", workflows.workflow_runbooks, name="runbooks"),
    path("workflows/<int:pk>/evidence/", workflows.workflow_evidence, name="evidence"),
    path(
        "workflows/<int:pk>/history/", workflows.workflow_history, name="workflow_history"
    ),
    path("workflows/<int:pk>/tools/new/", workflows.dependency_new, name="dependency_new"),
    path(
        "workflows/tools/<int:pk>/edit/",
        workflows.dependency_edit,
        name="dependency_edit",
    ),
    path(
        "workflows/tools/<int:pk>/remove/",
        workflows.dependency_remove,
        name="dependency_remove",
    ),
    path(
        "workflows/tools/<int:pk>/order/",
        workflows.alternatives_order,
        name="alternatives_order",
    ),
    path(
        "workflows/tools/<int:pk>/alternatives/new/",
        workflows.alternative_new,
        name="alternative_new",
    ),
    path(
        "workflows/alternatives/<int:pk>/edit/",
        workflows.alternative_edit,
        name="alternative_edit",
    ),
    path(
        "workflows/alternatives/<int:pk>/remove/",
        workflows.alternative_remove,
        name="alternative_remove",
    ),
    path("workflows/alternatives/<int:pk>/runbook/", runbooks.runbook, name="runbook"),
    path(
        "workflows/alternatives/<int:pk>/runbook/versions/",
        runbooks.versions,
        name="runbook_versions",
    ),
    path(
        "workflows/alternatives/<int:pk>/runbook/approve/",
        runbooks.approve,
        name="runbook_approve",
    ),
    path(
        "workflows/alternatives/<int:pk>/runbook/copy/",
        runbooks.copy,
        name="runbook_copy",
    ),
    path("workflows/alternatives/<int:pk>/check/", proofs.check, name="proof_check"),
    path("workflows/alternatives/<int:pk>/attest/", proofs.attest, name="proof_attest"),
    path("workflows/alternatives/<int:pk>/access/", access.everyone, name="access"),
    path("workflows/proofs/<int:pk>/end/", proofs.end, name="proof_end"),
    path("workflows/proofs/<int:pk>/file/", proofs.file, name="proof_file"),
    path("workflows/deleted/<int:pk>/undo/", undoing.undo_deletion, name="undo_deletion"),
    path("settings/proofs/", proofs.policy, name="proof_policy"),
    path("packs/", packs.listing, name="packs"),
    path("packs/workflows/<int:pk>/", packs.workflow, name="pack"),
    path("packs/teams/<int:pk>/", packs.team, name="team_pack"),
    path("workflows/teams/<int:pk>/readiness/", packs.readiness, name="team_readiness"),
    path("sw.js", packs.worker, name="service_worker"),
    path("access/", access.mine, name="my_access"),
    path("access/<int:pk>/", access.answer, name="access_answer"),
    path("tools/", tools.listing, name="tools"),
    path("tools/new/", tools.tool_new, name="tool_new"),
    path("tools/<int:pk>/", tools.tool, name="tool"),
    path("tools/<int:pk>/edit/", tools.tool_edit, name="tool_edit"),
    path("tools/<int:pk>/readiness/", tools.readiness, name="tool_readiness"),
    path("tools/<int:pk>/spellings/", tools.spellings, name="spellings"),
    path("tools/<int:pk>/upstreams/new/", tools.upstream_new, name="upstream_new"),
    path("tools/upstreams/<int:pk>/edit/", tools.upstream_edit, name="upstream_edit"),
    path("tools/upstreams/<int:pk>/remove/", tools.upstream_remove, name="upstream_remove"),
    path("tools/<int:pk>/outages/", fate.tool_outages, name="tool_outages"),
    path("workflows/<int:pk>/outages/", fate.workflow_outages, name="workflow_outages"),
    path("tools/stale-sources/", fate.stale_sources, name="stale_sources"),
    path("tools/upstreams/<int:pk>/verify/", fate.upstream_verify, name="upstream_verify"),
    path("knock-out/", fate.knock_outs, name="knock_outs"),
    path("tools/<int:pk>/knock-out/", fate.knock_out, name="knock_out"),
    path("providers/", tools.provider_list, name="providers"),
    path("providers/new/", tools.provider_new, name="provider_new"),
    path("providers/<int:pk>/", tools.provider, name="provider"),
    path("providers/<int:pk>/edit/", tools.provider_edit, name="provider_edit"),
    path("views/", saved.listing, name="views"),
    path("views/new/", saved.view_new, name="view_new"),
    path("views/<int:pk>/edit/", saved.view_edit, name="view_edit"),
    path("views/<int:pk>/remove/", saved.view_remove, name="view_remove"),
    # --- export -----------------------------------------------------------------------
    path("exports/", exports.overview, name="exports"),
    path("exports/<slug:kind>.<slug:form>", exports.download, name="export"),
    # --- impact -----------------------------------------------------------------------
    path("workflows/<int:pk>/impact/", impact.page, name="impact"),
    path("workflows/<int:pk>/impact/ratings/", impact.rate, name="impact_rate"),
    path("workflows/<int:pk>/impact/targets/", impact.targets, name="impact_targets"),
    path("workflows/<int:pk>/impact/use/", impact.use_computed, name="impact_use"),
    path("workflows/<int:pk>/impact/hours/", impact.operation, name="impact_operation"),
    path("workflows/<int:pk>/impact/lost/", impact.recovery_points, name="impact_points"),
    path("settings/impact/", scales.page, name="scales"),
    path("settings/impact/begin/", scales.begin, name="scales_begin"),
    path("settings/impact/categories/new/", scales.category_new, name="category_new"),
    path("settings/impact/categories/<int:pk>/", scales.category, name="category"),
    path(
        "settings/impact/categories/<int:pk>/move/",
        scales.category_move,
        name="category_move",
    ),
    path(
        "settings/impact/categories/<int:pk>/archive/",
        scales.category_archive,
        name="category_archive",
    ),
    path(
        "settings/impact/categories/<int:pk>/restore/",
        scales.category_restore,
        name="category_restore",
    ),
    path("settings/impact/levels/new/", scales.level_new, name="level_new"),
    path("settings/impact/levels/<int:pk>/", scales.level, name="level"),
    path("settings/impact/levels/<int:pk>/move/", scales.level_move, name="level_move"),
    path(
        "settings/impact/levels/<int:pk>/remove/", scales.level_remove, name="level_remove"
    ),
    # --- import -----------------------------------------------------------------------
    path("workflows/import/", imports.imports_list, name="imports"),
    path("workflows/import/<int:pk>/", imports.current_step, name="import"),
    path("workflows/import/<int:pk>/columns/", imports.columns, name="import_columns"),
    path("workflows/import/<int:pk>/read/", imports.read_again, name="import_read"),
    path("workflows/import/<int:pk>/check/", imports.check, name="import_check"),
    path("workflows/import/<int:pk>/tools/", imports.tools, name="import_tools"),
    path("workflows/import/<int:pk>/rows-to-fix.csv", imports.bad_rows, name="import_bad"),
    path("workflows/import/<int:pk>/apply/", imports.apply, name="import_apply"),
    path("workflows/import/<int:pk>/done/", imports.done, name="import_done"),
    path("workflows/import/<int:pk>/undo/", imports.undo, name="import_undo"),
    path("workflows/import/<int:pk>/discard/", imports.discard, name="import_discard"),
]
