"""A server on loopback that keeps what W&B's client sends: runs, artifacts, saved views. And a reader of offline runs.

It answers the few GraphQL operations that logging, ``wandb sync`` and wandb-workspaces need, each with the smallest
answer that the client takes.
"""

import gzip
import json
import re
import struct
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import wandb
from wandb.proto.wandb_internal_pb2 import Record

KEY = "0123456789abcdef" * 2 + "01234567"
BLOCK = 32 * 1024  # bytes of a block of an offline log, which is a LevelDB log behind a header of seven bytes
FULL, FIRST, MIDDLE, LAST = range(1, 5)


@dataclass
class ServerRun:
    """What the server has of a run; ``lines`` are those of its streamed files by their number."""

    told: dict[str, Any] = field(default_factory=dict)
    lines: dict[str, dict[int, str]] = field(default_factory=dict)
    exit_code: int | None = None
    used: list[str] = field(default_factory=list)

    @property
    def config(self) -> dict[str, Any]:
        whole = json.loads(self.told.get("config") or "{}")
        return {key: value["value"] for key, value in whole.items() if key != "_wandb"}

    @property
    def history(self) -> list[dict[str, Any]]:
        return [json.loads(line) for _, line in sorted(self.lines.get("wandb-history.jsonl", {}).items())]

    @property
    def summary(self) -> dict[str, Any]:
        return json.loads(self.lines.get("wandb-summary.json", {}).get(0, "{}"))


class WandbServer:
    """Everything that was sent, by what it is; ``url`` is its address."""

    def __init__(self) -> None:
        self.runs: dict[str, ServerRun] = {}
        self.artifacts: dict[str, dict[str, Any]] = {}
        self.views: dict[str, dict[str, Any]] = {}
        self.files: dict[str, bytes] = {}
        self.unknown: list[str] = []
        self.refuses = False
        self.everything = bytearray()
        self.lock = threading.Lock()
        handler = type("Handler", (_Handler,), {"server_state": self})
        self._http = _Http(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self._http.server_port}"

    @contextmanager
    def running(self) -> Iterator["WandbServer"]:
        thread = threading.Thread(target=self._http.serve_forever, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._http.shutdown()
            self._http.server_close()
            thread.join()

    def stream(self, run: str, sent: dict[str, Any]) -> None:
        kept = self.runs.setdefault(run, ServerRun())
        for name, chunk in (sent.get("files") or {}).items():
            lines = kept.lines.setdefault(name, {})
            lines |= {chunk["offset"] + number: line for number, line in enumerate(chunk["content"])}
        if sent.get("complete"):
            kept.exit_code = sent.get("exitcode")

    def answer(self, query: str, v: dict[str, Any]) -> Any:
        """The data of a GraphQL operation."""
        operation = (re.search(r"(?:query|mutation)\s+(\w+)", query) or ["", "?"])[1]
        for word, method in ANSWERS.items():
            if word in operation or re.search(rf"\b{word}\(", query):
                return method(self, v)
        self.unknown.append(query)
        return {}

    def _upsert_run(self, v: dict[str, Any]) -> Any:
        name = v.get("name") or v["id"]
        run = self.runs.setdefault(name, ServerRun())
        new = "project" not in run.told
        run.told |= {key: value for key, value in v.items() if value is not None}
        project = {"id": "P", "name": run.told.get("project"), "entity": {"id": "E", "name": v.get("entity") or "me"}}
        bucket = {"id": name, "name": name, "displayName": v.get("displayName"), "project": project}
        lines = len(run.lines.get("wandb-history.jsonl", {}))
        bucket |= {"description": "", "config": v.get("config"), "sweepName": None, "historyLineCount": lines}
        return {"upsertBucket": {"inserted": new, "bucket": bucket}}

    def _resume_status(self, v: dict[str, Any]) -> Any:
        run = self.runs.get(v["name"])
        if run is None:
            return {"model": None}
        counts = {name: len(run.lines.get(f"wandb-{name}.jsonl", {})) for name in ("history", "events")}
        tail = [line for _, line in sorted(run.lines.get("wandb-history.jsonl", {}).items())][-1:]
        bucket = {"id": v["name"], "name": v["name"], "displayName": run.told.get("displayName")}
        bucket |= {f"{name}LineCount": count for name, count in counts.items()} | {"logLineCount": 0}
        bucket |= {"historyTail": json.dumps(tail), "eventsTail": "[]", "config": run.told.get("config") or "{}"}
        bucket |= {"summaryMetrics": json.dumps(run.summary), "tags": run.told.get("tags") or []}
        bucket |= {"wandbConfig": json.dumps({"t": 1})}
        return {"model": {"id": "P", "name": v["project"], "entity": {"id": "E", "name": "me"}, "bucket": bucket}}

    def _run_files(self, v: dict[str, Any]) -> Any:
        files = [{"name": name, "uploadUrl": f"{self.url}/run/{v['run']}/{name}"} for name in v["files"]]
        return {"createRunFiles": {"runID": v["run"], "uploadHeaders": [], "files": files}}

    def _create_artifact(self, v: dict[str, Any]) -> Any:
        one = v.get("input", v)
        key = f"A{len(self.artifacts)}"
        self.artifacts[key] = one
        sequence = {"id": f"S{key}", "latestArtifact": None}
        return {"createArtifact": {"artifact": {"id": key, "state": "PENDING", "artifactSequence": sequence}}}

    def _manifest(self, kind: str, v: dict[str, Any]) -> Any:
        one = v.get("artifactID") or v.get("artifactManifestID", "").removeprefix("M")
        place = f"{self.url}/manifest/{one}" if v.get("includeUpload", True) else None
        file = {"id": "F", "name": "wandb_manifest.json", "displayName": "wandb_manifest.json"}
        file |= {"uploadUrl": place, "uploadHeaders": []}
        return {kind: {"artifactManifest": {"id": f"M{one}", "file": file}}}

    def _artifact_files(self, v: dict[str, Any]) -> Any:
        edges = []
        for one in v["input"]["artifactFiles"]:
            node = {"id": "f", "name": one["name"], "displayName": one["name"], "uploadHeaders": []}
            node |= {"uploadUrl": f"{self.url}/artifact/{one['artifactID']}/{one['name']}", "storagePath": "x"}
            node |= {"uploadMultipartUrls": None, "artifact": {"id": one["artifactID"]}}
            edges.append({"node": node})
        return {"createArtifactFiles": {"files": {"edges": edges}}}

    def _artifact(self, v: dict[str, Any]) -> Any:
        one = self.artifacts[v["id"]]
        name, at = one["artifactCollectionName"], "2026-01-01T00:00:00"
        entity = {"id": "E", "name": one["entityName"]}
        project = {"id": "P", "internalId": "1", "name": one["projectName"], "entity": entity}
        sequence = {"__typename": "ArtifactSequence", "id": f"S{v['id']}", "name": name, "project": project}
        artifact = {"__typename": "Artifact", "id": v["id"], "artifactSequence": sequence, "versionIndex": 0}
        artifact |= {"artifactType": {"name": one["artifactTypeName"]}, "metadata": one["metadata"], "tags": []}
        artifact |= {"ttlDurationSeconds": -2, "ttlIsInherited": True, "state": "COMMITTED", "size": 1, "fileCount": 1}
        artifact |= {"digest": one["digest"], "commitHash": "c", "createdAt": at, "updatedAt": at, "aliases": []}
        return {"artifact": artifact | {"description": None, "historyStep": None}}

    def _use_artifact(self, v: dict[str, Any]) -> Any:
        one = v.get("input", v)
        self.runs[one["runName"]].used.append(self.artifacts[one["artifactID"]]["artifactCollectionName"])
        return {"useArtifact": {"artifact": {"id": one["artifactID"]}}}

    def _commit(self, v: dict[str, Any]) -> Any:
        return {"commitArtifact": {"artifact": {"id": v["artifactID"], "digest": "d"}}}

    def _viewer(self, v: dict[str, Any]) -> Any:
        viewer = {"id": "U", "entity": "me", "username": "me", "flags": "{}", "email": "", "teams": {"edges": []}}
        info = {"cliVersionInfo": {"max_cli_version": "9.9.9"}, "latestLocalVersionInfo": None}
        return {"viewer": viewer, "serverInfo": info}

    def _view(self, v: dict[str, Any]) -> Any:
        """Changed in place where it is known."""
        key = v.get("id") or f"view{len(self.views)}"
        project = {"id": "P", "name": v["projectName"], "entityName": v["entityName"]}
        told = {name: v.get(name) for name in ("name", "displayName", "type", "spec")}
        self.views[key] = {"id": key, "project": project, "description": "", "updatedAt": "2026-01-01T00:00:00"} | told
        return {"upsertView": {"view": self.views[key], "inserted": v.get("id") is None}}

    def _projects(self, v: dict[str, Any]) -> Any:
        names = dict.fromkeys(run.told["project"] for run in self.runs.values())
        common = {"entityName": "me", "createdAt": "2026-01-01T00:00:00", "isBenchmark": False, "user": None}
        edges = [{"node": {"__typename": "Project", "id": "P", "name": name} | common} for name in names]
        return {
            "models": {"pageInfo": {"__typename": "PageInfo", "endCursor": None, "hasNextPage": False}, "edges": edges}
        }

    def _find_view(self, v: dict[str, Any]) -> Any:
        node = next(view for view in self.views.values() if view["name"] == v["viewName"])
        return {"project": {"allViews": {"edges": [{"node": node}]}}}


ANSWERS = {
    "RunResumeStatus": WandbServer._resume_status,
    "upsertBucket": WandbServer._upsert_run,
    "createRunFiles": WandbServer._run_files,
    "createArtifactManifest": lambda server, v: server._manifest("createArtifactManifest", v),
    "updateArtifactManifest": lambda server, v: server._manifest("updateArtifactManifest", v),
    "createArtifactFiles": WandbServer._artifact_files,
    "commitArtifact": WandbServer._commit,
    "createArtifact": WandbServer._create_artifact,
    "upsertView": WandbServer._view,
    "GetProjects": WandbServer._projects,
    "allViews": WandbServer._find_view,
    "Viewer": WandbServer._viewer,
    "GetDefaultEntity": WandbServer._viewer,
    "ArtifactByID": WandbServer._artifact,
    "UseArtifact": WandbServer._use_artifact,
    "ArtifactType": lambda server, v: {"project": {"artifact": None}},
    "OrganizationCoreWeave": lambda server, v: {"entity": None},
    "ServerFeatures": lambda server, v: {"serverInfo": {"features": []}},
    "ServerInfo": lambda server, v: {"serverInfo": {"cliVersionInfo": {}, "features": []}},
}


class _Http(ThreadingHTTPServer):
    def handle_error(self, *address: Any) -> None:
        """A client that has ended takes its connections with it."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(*address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_state: WandbServer

    def log_message(self, *_: Any) -> None:
        """Silent."""

    def do_GET(self) -> None:
        self._send(self.server_state.files.get(self.path, b"{}"))

    def do_PUT(self) -> None:
        with self.server_state.lock:
            self.server_state.files[self.path] = self._body()
        self._send(b"{}")

    def do_POST(self) -> None:
        body, answer = self._body(), {}
        with self.server_state.lock:
            if self.path.endswith("/file_stream"):
                self.server_state.stream(self.path.split("/")[-2], json.loads(body))
            elif self.path == "/graphql":
                sent = json.loads(body)
                answer = {"data": self.server_state.answer(sent["query"], sent.get("variables") or {})}
        self._send(json.dumps(answer).encode())

    def _body(self) -> bytes:
        if "chunked" in (self.headers.get("Transfer-Encoding") or ""):
            body = b"".join(self._chunks())
        else:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body
        self.server_state.everything += body
        return body

    def _chunks(self) -> Iterator[bytes]:
        while size := int(self.rfile.readline().split(b";")[0], 16):
            yield self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()

    def _send(self, body: bytes) -> None:
        self.send_response(403 if self.server_state.refuses else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def running_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[WandbServer]:
    """As a fixture: W&B's client, which reads its settings once in a process, sends to it with a key."""
    with WandbServer().running() as one:
        monkeypatch.setenv("WANDB_BASE_URL", one.url)
        monkeypatch.setenv("WANDB_API_KEY", KEY)
        wandb.teardown()
        yield one
        wandb.teardown()


@dataclass
class OfflineRun:
    """An offline run as its log has it."""

    told: dict[str, Any] = field(default_factory=dict)
    config: dict[str, Any] = field(default_factory=dict)
    history: list[dict[str, Any]] = field(default_factory=list)
    summary: dict[str, Any] = field(default_factory=dict)
    metrics: dict[str, str] = field(default_factory=dict)  # their step metrics
    artifacts: list[str] = field(default_factory=list)
    began: int = 0  # nanoseconds
    exit_code: int | None = None


def offline_runs(folder: Path) -> list[OfflineRun]:
    """In the order in which they were made, once W&B's own process has written them."""
    until = time.monotonic() + 60
    while True:
        runs = sorted(map(read_offline, folder.glob("wandb/offline-run-*/*.wandb")), key=lambda run: run.began)
        if all(run.exit_code is not None for run in runs) or time.monotonic() > until:
            return runs
        time.sleep(0.1)


def read_offline(log: Path) -> OfflineRun:
    """Of a ``run-….wandb``; a torn end, as a killed run leaves it, is left out."""
    run = OfflineRun()
    for data in _records(log.read_bytes()):
        record = Record.FromString(data)
        match record.WhichOneof("record_type"):
            case "run":
                told, run.began = record.run, record.run.start_time.ToNanoseconds()
                run.told = {
                    "id": told.run_id,
                    "group": told.run_group,
                    "job_type": told.job_type,
                    "name": told.display_name,
                }
                run.told |= {"project": told.project, "entity": told.entity, "tags": list(told.tags)}
                run.config |= _values(told.config.update)
            case "config":
                run.config |= _values(record.config.update)
            case "history":
                run.history.append(_values(record.history.item))
            case "summary":
                run.summary |= _values(record.summary.update)
            case "metric":
                run.metrics[record.metric.name or record.metric.glob_name] = record.metric.step_metric
            case "artifact":
                run.artifacts.append(record.artifact.name)
            case "exit":
                run.exit_code = record.exit.exit_code
    run.config.pop("_wandb", None)
    return run


def _values(items: Any) -> dict[str, Any]:
    return {item.key or ".".join(item.nested_key): json.loads(item.value_json) for item in items}


def _records(data: bytes) -> Iterator[bytes]:
    """Each record is one whole part, or a first, middle ones and a last; parts do not cross the end of a block."""
    assert data[:4] == b":W&B"
    at, parts = 7, b""
    while at + 7 <= len(data):
        if BLOCK - at % BLOCK < 7:
            at += BLOCK - at % BLOCK
            continue
        _, size, kind = struct.unpack("<IHB", data[at : at + 7])
        part, at = data[at + 7 : at + 7 + size], at + 7 + size
        if len(part) < size or kind not in (FULL, FIRST, MIDDLE, LAST):
            return
        parts = part if kind in (FULL, FIRST) else parts + part
        if kind in (FULL, LAST):
            yield parts
