"""Answers in JSON over HTTP, and nothing in the log: what went over the line is the reader's to tell."""

import json
from http.server import BaseHTTPRequestHandler
from typing import Any


class JsonHandler(BaseHTTPRequestHandler):
    def answer(self, status: int, said: Any, *heads: tuple[str, str]) -> None:
        self.send(json.dumps(said, ensure_ascii=False).encode(), "application/json", status, heads)

    def send(self, body: bytes, kind: str, status: int = 200, heads: tuple[tuple[str, str], ...] = ()) -> None:
        self.send_response(status)
        for name, value in (*heads, ("Content-Type", kind), ("Content-Length", str(len(body)))):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: Any) -> None:
        """Quiet."""
