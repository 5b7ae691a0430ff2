from typing import Any

from django.db import migrations

from songhanh.operations.audit import guard


def install(apps: Any, schema_editor: Any) -> None:
    guard.install(schema_editor)


def uninstall(apps: Any, schema_editor: Any) -> None:
    guard.uninstall(schema_editor)


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [migrations.RunPython(install, uninstall)]
