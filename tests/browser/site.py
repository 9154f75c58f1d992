"""A small web server whose files a test changes, as a server in the middle of its own update does."""

import base64
import contextlib
import hashlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

ROOT = Path(__file__).parents[2]
WORKER = ROOT / "apps" / "wallet_pwa" / "worker.js"
UPDATES = ROOT / "static" / "wallet" / "js" / "updates.js"
KINDS = {".js": "text/javascript", ".html": "text/html", ".json": "application/json"}


class Site(ThreadingHTTPServer):
    """Serves `files`; the pages say which version they are."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.files: dict[str, bytes] = {}
        self.version = ""
        self.asked: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/wallet/"

    def publish(self, version: str, *, without: frozenset[str] = frozenset()) -> None:
        """Serve an edition of two modules, the page and the worker, all of this version but what is left out."""
        modules = {
            "/static/first.js": f'export const first = "{version}";',
            "/static/second.js": f'export const second = "{version}";',
            "/static/updates.js": UPDATES.read_text(),
        }
        addresses = {
            path: f"{path}?v={hashlib.sha256(code.encode()).hexdigest()[:12]}" for path, code in modules.items()
        }
        edition = {
            "version": version,
            "shell": "/wallet/",
            "pages": ["/wallet/"],
            "manifest": "/wallet/manifest.json",
            "files": [[addresses[path], _integrity(code)] for path, code in modules.items()],
        }
        page = f"""<!doctype html><script type="importmap">{json.dumps({"imports": addresses})}</script>
            <script type="module">
              import {{ Updates }} from "/static/updates.js";
              globalThis.updates = new Updates();
              await updates.start("/wallet/sw.js");
              const [{{ first }}, {{ second }}] = await Promise.all(
                ["/static/first.js", "/static/second.js"].map((path) => import(path)));
              document.title = `{version} ${{first}} ${{second}}`;
            </script>"""
        files = {
            **modules,
            "/wallet/": page,
            "/wallet/manifest.json": "{}",
            "/wallet/sw.js": f"const EDITION = {json.dumps(edition)};\n{WORKER.read_text()}",
        }
        self.version = version
        for path, content in files.items():
            if path not in without:
                self.files[path] = content.encode()


class _Handler(BaseHTTPRequestHandler):
    server: Site

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        self.server.asked.append(path)
        content = self.server.files.get(path)
        self.send_response(200 if content is not None else 404)
        self.send_header("Content-Type", KINDS.get(Path(path).suffix, "text/html"))
        self.send_header("Content-Length", str(len(content or b"")))
        self.send_header("Cache-Control", "max-age=600" if path.startswith("/static/") else "no-cache")
        self.send_header("Wallet-Version", self.server.version)
        self.end_headers()
        self.wfile.write(content or b"")

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


@contextlib.contextmanager
def running_site() -> Iterator[Site]:
    """Serve until the end of the test."""
    with Site() as site:
        thread = threading.Thread(target=site.serve_forever, daemon=True)
        thread.start()
        yield site
        site.shutdown()
        thread.join()


def _integrity(code: str) -> str:
    return f"sha384-{base64.b64encode(hashlib.sha384(code.encode()).digest()).decode()}"
