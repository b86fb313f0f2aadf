"""What is read from the environment is documented, and what is documented is read."""

import ast
import re

import yaml

from continuity.config.places import PROJECT

FOR_COMPOSE = {"POSTGRES_PASSWORD"}


def names_read() -> set[str]:
    """The first argument of each call like env.text("NAME", …) in the product."""
    names = set()
    for file in (PROJECT / "continuity").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and isinstance(node.func.value, ast.Name)
                and node.func.value.id == "env"
            ):
                assert isinstance(node.args[0], ast.Constant), f"{file}: name it in full"
                names.add(str(node.args[0].value))
    return names


def test_the_example_names_every_variable_and_no_other():
    example = (PROJECT / "docker/.env.example").read_text()
    documented = set(re.findall(r"^(?:# )?([A-Z_]+)=", example, re.MULTILINE))

    assert documented - FOR_COMPOSE == names_read()


def test_only_env_reads_the_environment():
    reads = re.compile(r"os\.environ\[|os\.environ\.get\(|os\.getenv\(")
    readers = {
        str(file.relative_to(PROJECT / "continuity"))
        for file in (PROJECT / "continuity").rglob("*.py")
        if reads.search(file.read_text())
    }

    # The plugin of the tests sets it before there are settings.
    assert readers == {"config/env.py", "local/pytest_plugin.py"}


def test_every_service_of_compose_heals_and_waits_for_what_it_needs():
    services = yaml.safe_load((PROJECT / "docker/compose.yml").read_text())["services"]

    assert sorted(services) == ["beat", "migrate", "postgres", "valkey", "web", "worker"]
    restarts = {name: service["restart"] for name, service in services.items()}
    assert restarts.pop("migrate") == "no"
    assert set(restarts.values()) == {"unless-stopped"}
    for name in ("web", "worker", "beat"):
        assert sorted(services[name]["depends_on"]) == ["migrate", "valkey"]
        assert sorted(services[name]["environment"])[-2:] == ["DATABASE_URL", "REDIS_URL"]
