"""A hub on loopback that keeps what is committed to it, and gives it out again."""

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha1
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Hub(ThreadingHTTPServer):
    """``repos`` has the files of each repository, ``private`` whether it was made so, ``tokens`` what was sent."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.repos: dict[str, dict[str, bytes]] = {}
        self.private: dict[str, bool] = {}
        self.tokens: set[str | None] = set()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Hub
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:  # noqa: N802
        self.server.tokens.add(self.headers["Authorization"])
        body = self.body()
        if self.path == "/api/repos/create":
            asked = json.loads(body)
            if asked.get("organization") == "strangers":
                return self.answer(403, {"error": "You don't have the rights"})
            repo = f"{asked['organization']}/{asked['name']}"
            self.server.repos.setdefault(repo, {})
            self.server.private[repo] = asked.get("visibility", "private") == "private"
            return self.answer(200, {"url": f"{self.server.address}/{repo}", "name": repo, "id": repo})
        if "/preupload/" in self.path:
            files = [
                {"path": f["path"], "uploadMode": "regular", "shouldIgnore": False} for f in json.loads(body)["files"]
            ]
            return self.answer(200, {"files": files})
        if "/commit/" in self.path:
            repo = self.path.removeprefix("/api/models/").partition("/commit/")[0]
            for line in map(json.loads, body.decode().splitlines()):
                if line["key"] == "file":
                    self.server.repos[repo][line["value"]["path"]] = base64.b64decode(line["value"]["content"])
            url = f"{self.server.address}/{repo}/commit/{'0' * 40}"
            return self.answer(200, {"success": True, "commitOid": "0" * 40, "commitUrl": url})
        return self.answer(200, {"errors": [], "warnings": []})

    def do_GET(self) -> None:  # noqa: N802
        repo, _, file = self.path.lstrip("/").partition("/resolve/main/")
        content = self.server.repos.get(repo, {}).get(file)
        if content is None:
            return self.answer(404, {"error": "not found"}, {"X-Error-Code": "EntryNotFound"})
        etag = {"ETag": f'"{sha1(content).hexdigest()}"', "X-Repo-Commit": "0" * 40}
        return self.send(200, content, etag)

    do_HEAD = do_GET  # noqa: N815

    def body(self) -> bytes:
        if self.headers["Transfer-Encoding"] != "chunked":
            return self.rfile.read(int(self.headers["Content-Length"] or 0))
        parts = []
        while length := int(self.rfile.readline(), 16):
            parts.append(self.rfile.read(length))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def answer(self, status: int, value: Any, headers: dict[str, str] | None = None) -> None:
        self.send(status, json.dumps(value).encode(), {"Content-Type": "application/json"} | (headers or {}))

    def send(self, status: int, content: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in (headers | {"Content-Length": str(len(content))}).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, *arguments: Any) -> None:
        """Nothing."""


@contextmanager
def served() -> Iterator[Hub]:
    hub = Hub()
    threading.Thread(target=hub.serve_forever, daemon=True).start()
    try:
        yield hub
    finally:
        hub.shutdown()
        hub.server_close()
