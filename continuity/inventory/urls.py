"""The addresses of the inventory."""

from django.urls import path

from continuity.inventory.views import imports

app_name = "inventory"

urlpatterns = [
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
