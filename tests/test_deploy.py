"""What stands in `deploy/` is what Dateline is: its images, ports, paths and settings."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from index.backends.milvus.server import PORT as MILVUS_PORT
from service.http.app import create_app
from service.http.events import HEARTBEAT_SECONDS
from service.http.middleware import MOST_ARTICLE_BYTES
from service.http.server import TO_END
from service.settings import Settings, load_settings
from tests.conftest import ROOT

DEPLOY = ROOT / "deploy"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
IMAGE = f"dateline:{PROJECT['project']['version']}"
DOCKERFILE = (DEPLOY / "Dockerfile").read_text()
NGINX = (DEPLOY / "nginx.conf").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
MANIFESTS = {
    path.name: list(yaml.safe_load_all(path.read_text()))
    for path in sorted((DEPLOY / "kubernetes").glob("*.yaml"))
}
PORT = Settings.model_fields["port"].default
PINNED = re.compile(r"[\w./-]+:(?=[^:]*\d)(?!latest)[\w.-]+")
SECRET = re.compile(r"PASSWORD|SECRET|TOKEN$|CATALOGUE")


def inside(value: Any, name: str) -> Iterator[Any]:
    """Every value of that name, at any depth."""
    if isinstance(value, dict):
        for key, held in value.items():
            if key == name:
                yield held
            yield from inside(held, name)
    elif isinstance(value, list):
        for held in value:
            yield from inside(held, name)


def manifest(file: str, kind: str) -> dict[str, Any]:
    (found,) = (one for one in MANIFESTS[file] if one["kind"] == kind)
    return dict(found)


def containers() -> list[dict[str, Any]]:
    return [one for all_of in MANIFESTS.values() for some in inside(all_of, "containers") for one in some]


def variables(container: dict[str, Any]) -> dict[str, Any]:
    return {one["name"]: one.get("value", one.get("valueFrom")) for one in container.get("env", [])}


DEPLOYMENT = manifest("dateline.yaml", "Deployment")["spec"]["template"]["spec"]
SERVER = DEPLOYMENT["containers"][0]


def test_there_is_something_to_check() -> None:
    assert set(SERVICES) == {"dateline-1", "dateline-2", "proxy", "postgres", "milvus", "etcd", "minio"}
    assert sorted(MANIFESTS) == ["dateline.yaml", "milvus.yaml", "postgresql.yaml", "ray.yaml"]
    assert [container["name"] for container in containers()] == ["dateline", "head", "worker"]


# Images


def images() -> list[str]:
    found = [service["image"] for service in SERVICES.values()] + re.findall(r"^FROM (\S+)", DOCKERFILE, re.M)
    for name in ("image", "imageName"):
        found += inside(list(MANIFESTS.values()), name)
    return found


@pytest.mark.parametrize("image", sorted(set(images())))
def test_every_image_has_its_version(image: str) -> None:
    assert PINNED.fullmatch(image)


def test_our_image_has_the_version_of_the_package() -> None:
    ours = {image for image in images() if image.startswith("dateline:")}
    assert ours == {IMAGE}
    assert DOCKERFILE.startswith(f"# make wheel && docker build --tag {IMAGE} --file deploy/Dockerfile .")


def test_an_engine_has_one_version_everywhere() -> None:
    milvus = {image for image in images() if image.startswith("milvusdb/")}
    postgres = {tag for image in images() for tag in re.findall(r"postgres\w*:(\d+\.\d+)", image)}
    assert (len(milvus), len(postgres)) == (1, 1)


def test_ray_is_the_one_that_is_tested() -> None:
    pinned = re.search(r"^ray==(\S+)", (ROOT / "constraints.txt").read_text(), re.M)
    assert pinned
    assert manifest("ray.yaml", "RayCluster")["spec"]["rayVersion"] == pinned[1]


def test_the_image_installs_the_wheel_of_this_version_whole() -> None:
    wheel = f"dateline-{PROJECT['project']['version']}-py3-none-any.whl"
    assert DOCKERFILE.count(wheel) == 2
    extras = re.search(r"\.whl\[([\w,]+)\]'", DOCKERFILE)
    assert extras
    assert set(extras[1].split(",")) == set(PROJECT["project"]["optional-dependencies"])
    assert re.findall(r"^FROM python:(3\.11)\.", DOCKERFILE, re.M) == ["3.11", "3.11"]


# Settings


def settings_in(found: dict[str, Any]) -> dict[str, str]:
    """Those of ours, with something in the place of what is a secret or a person's own."""
    stand_ins = {"SITE": "news.example.org"}
    texts = {
        name: "postgresql+psycopg://u:p@h/n" if isinstance(value, dict) else str(value)
        for name, value in found.items()
        if name.startswith("DATELINE_")
    }
    return {
        name: re.sub(r"\$\{(\w+)(?::\?[^}]*)?\}", lambda match: stand_ins.get(match[1], "word"), text)
        for name, text in texts.items()
    }


def environments() -> dict[str, dict[str, str]]:
    image = dict(re.findall(r"(DATELINE_\w+)=(\S+)", DOCKERFILE))
    found = {name: settings_in(service.get("environment", {})) for name, service in SERVICES.items()}
    found |= {container["name"]: settings_in(variables(container)) for container in containers()}
    return {"image": image} | {name: image | own for name, own in found.items() if own}


@pytest.mark.parametrize("name", sorted(environments()))
def test_every_variable_is_a_setting_and_every_value_is_taken(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    found = environments()[name]
    unknown = {variable.removeprefix("DATELINE_").lower() for variable in found} - set(Settings.model_fields)
    assert unknown == set()
    for variable, value in found.items():
        monkeypatch.setenv(variable, value)
    settings = load_settings()
    assert (settings.host, settings.port) == ("0.0.0.0", PORT)
    if name != "image":
        settings.load_index  # noqa: B018, for it raises where the address is none
        assert settings.catalogue is not None


def test_both_servers_are_the_same() -> None:
    assert SERVICES["dateline-1"] == SERVICES["dateline-2"]


# Addresses


def test_the_port_is_the_default_one_everywhere() -> None:
    assert f"EXPOSE {PORT}\n" in DOCKERFILE
    assert re.findall(r"server (dateline-\d):(\d+)", NGINX) == [
        ("dateline-1", str(PORT)),
        ("dateline-2", str(PORT)),
    ]
    assert SERVER["ports"] == [{"name": "http", "containerPort": PORT}]
    assert f"http://127.0.0.1:{PORT}/readyz" in SERVICES["dateline-1"]["healthcheck"]["test"][-1]


def test_the_engines_are_found_by_their_names() -> None:
    settings = SERVICES["dateline-1"]["environment"]
    assert re.search(r"@(\w+):5432/dateline$", settings["DATELINE_CATALOGUE"])[1] in SERVICES  # type: ignore[index]
    assert settings["DATELINE_INDEX"] == f"milvus+http://milvus:{MILVUS_PORT}/dateline"
    name = manifest("milvus.yaml", "Milvus")["metadata"]["name"]
    for container in containers():
        if index := variables(container).get("DATELINE_INDEX"):
            assert index == f"milvus+http://{name}:{MILVUS_PORT}/dateline"
    assert set(inside(list(SERVICES.values()), "ETCD_ENDPOINTS")) == {"etcd:2379"}
    assert set(inside(list(SERVICES.values()), "MINIO_ADDRESS")) == {"minio:9000"}


def test_what_compose_names_is_there() -> None:
    for service in SERVICES.values():
        assert set(service.get("depends_on", {})) <= set(SERVICES)
        assert set(service["networks"]) <= set(COMPOSE["networks"])
        for volume in service.get("volumes", []):
            source = volume.partition(":")[0]
            known = source in COMPOSE["volumes"] or source == "./tls" or (DEPLOY / source).is_file()
            assert known, f"{source} is nowhere"
    assert (DEPLOY / SERVICES["dateline-1"]["build"]["context"]).resolve() == ROOT
    assert (ROOT / SERVICES["dateline-1"]["build"]["dockerfile"]).is_file()


def test_the_proxy_alone_is_reached_from_outside() -> None:
    open_ports = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert open_ports == {"proxy": ["80:8080", "443:8443"]}
    assert re.findall(r"^\s*listen (\d+)", NGINX, re.M) == ["8080", "8443"]
    assert {name for name, service in SERVICES.items() if "outside" in service["networks"]} == {"proxy"}


def test_every_probe_asks_for_a_path_that_there_is(sample: Path, models: Path) -> None:
    paths = create_app(load_settings(data=sample, models=models)).openapi()["paths"]
    asked = [
        probe["httpGet"]
        for name in ("startupProbe", "livenessProbe", "readinessProbe")
        if (probe := SERVER[name])
    ]
    assert [(probe["path"], probe["port"]) for probe in asked] == [
        ("/healthz", "http"),
        ("/healthz", "http"),
        ("/readyz", "http"),
    ]
    annotations = manifest("dateline.yaml", "Deployment")["spec"]["template"]["metadata"]["annotations"]
    named = {probe["path"] for probe in asked} | {annotations["prometheus.io/path"]}
    named |= set(re.findall(r"location = (\S+)", NGINX))
    assert named <= set(paths)
    assert annotations["prometheus.io/port"] == str(PORT)
    # A server with `hosts` refuses a probe that calls it by its address.
    assert {probe["httpHeaders"][0]["value"] for probe in asked} == {"localhost"}


def test_the_manifests_fit_each_other() -> None:
    service, ingress = manifest("dateline.yaml", "Service"), manifest("dateline.yaml", "Ingress")
    labels = manifest("dateline.yaml", "Deployment")["spec"]["template"]["metadata"]["labels"]
    for kind in ("Service", "PodDisruptionBudget", "NetworkPolicy"):
        spec = manifest("dateline.yaml", kind)["spec"]
        chosen = (
            spec["selector"]
            if kind == "Service"
            else spec.get("selector", spec.get("podSelector"))["matchLabels"]
        )
        assert chosen == labels
    (backend,) = inside(ingress, "service")
    assert backend["name"] == service["metadata"]["name"]
    assert backend["port"]["name"] in {port["name"] for port in service["spec"]["ports"]}
    assert {port["targetPort"] for port in service["spec"]["ports"]} <= {
        port["name"] for port in SERVER["ports"]
    }
    assert {rule["host"] for rule in ingress["spec"]["rules"]} == {"news.example.org"}
    assert variables(SERVER)["DATELINE_HOSTS"] == '["news.example.org"]'


def test_a_server_has_the_time_it_needs_to_end() -> None:
    ending = Settings.model_fields["drain"].default + TO_END
    assert int(SERVICES["dateline-1"]["stop_grace_period"].removesuffix("s")) > ending
    pause = int(SERVER["lifecycle"]["preStop"]["exec"]["command"][1])
    assert DEPLOYMENT["terminationGracePeriodSeconds"] > pause + ending


def test_the_proxies_let_through_what_the_server_takes() -> None:
    annotations = manifest("dateline.yaml", "Ingress")["metadata"]["annotations"]
    (size,) = re.findall(r"client_max_body_size (\d+)m", NGINX)
    assert int(size) * 1_000_000 > MOST_ARTICLE_BYTES
    assert annotations["nginx.ingress.kubernetes.io/proxy-body-size"] == f"{size}m"
    (wait,) = re.findall(r"proxy_read_timeout (\d+)s", NGINX)
    assert int(wait) > 2 * HEARTBEAT_SECONDS
    assert annotations["nginx.ingress.kubernetes.io/proxy-read-timeout"] == wait
    assert "proxy_buffering off" in NGINX
    assert annotations["nginx.ingress.kubernetes.io/proxy-buffering"] == "off"


# Security


def test_no_secret_stands_in_the_files() -> None:
    found = [pair for service in SERVICES.values() for pair in service.get("environment", {}).items()]
    secrets = {name: value for name, value in found if SECRET.search(name)}
    assert len(secrets) > 5
    for name, value in secrets.items():
        assert re.search(r"\$\{\w+_PASSWORD(:\?[^}]+)?\}", value), f"{name} is in clear"
    for container in containers():
        for name, value in variables(container).items():
            if SECRET.search(name):
                assert set(value) == {"secretKeyRef"}, f"{name} is in clear"


def test_ours_run_as_nobody_and_write_nowhere_else() -> None:
    for name in ("dateline-1", "dateline-2", "proxy", "postgres"):
        assert int(SERVICES[name]["user"].partition(":")[0]) > 0
        assert SERVICES[name]["read_only"] is True
    for service in SERVICES.values():
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert service["mem_limit"]
    (user,) = re.findall(r"^USER (\d+):\1$", DOCKERFILE, re.M)
    assert SERVICES["dateline-1"]["user"] == f"{user}:{user}"
    assert f"useradd --uid {user} " in DOCKERFILE


@pytest.mark.parametrize("container", containers(), ids=lambda one: one["name"])
def test_a_container_may_do_nothing_that_it_need_not(container: dict[str, Any]) -> None:
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert {"requests", "limits"} <= set(container["resources"])
    assert {mount["mountPath"] for mount in container["volumeMounts"]} == {"/tmp", "/var/lib/dateline"}


def test_a_pod_runs_as_the_user_of_the_image() -> None:
    pods = [DEPLOYMENT, *inside(manifest("ray.yaml", "RayCluster"), "template")]
    specs = [pod.get("spec", pod) for pod in pods]
    (user,) = re.findall(r"^USER (\d+):", DOCKERFILE, re.M)
    assert len(specs) == 3
    for spec in specs:
        assert spec["automountServiceAccountToken"] is False
        context = spec["securityContext"]
        assert context["runAsNonRoot"] is True
        assert context["runAsUser"] == context["fsGroup"] == int(user)
        mounted = {mount["name"] for mount in spec["containers"][0]["volumeMounts"]}
        assert mounted == {volume["name"] for volume in spec["volumes"]}


def test_ray_asks_every_node_for_its_token_and_talks_to_its_own_alone() -> None:
    for container in containers():
        if container["name"] in ("head", "worker"):
            assert variables(container)["RAY_AUTH_MODE"] == "token"
            assert "secretKeyRef" in variables(container)["RAY_AUTH_TOKEN"]
    (allowed,) = manifest("ray.yaml", "NetworkPolicy")["spec"]["ingress"]
    assert allowed == {"from": [{"podSelector": {"matchLabels": {"app": "dateline-ray"}}}]}


def test_every_page_that_a_file_names_is_there() -> None:
    for path in DEPLOY.rglob("*"):
        if path.is_file():
            for page in re.findall(r"docs/\w+\.md", path.read_text()):
                assert (ROOT / page).exists(), f"{path.name} names {page}"
