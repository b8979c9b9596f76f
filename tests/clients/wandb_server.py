"""A loopback server that answers `wandb sync` as far as it asks, and keeps what it is sent. Standard library only."""
import http.server
import json
import re
import threading


def answer(query, variables, url):
    """The data of a GraphQL answer to what wandb 0.31.0 asks when it sends a run."""
    entity = {"id": "e", "name": "me"}
    if "upsertBucket" in query:
        bucket = {"id": "cnVu", "name": variables.get("name"), "displayName": variables.get("displayName"), "description": None,
                  "config": "{}", "sweepName": None, "historyLineCount": 0,
                  "project": {"id": "p", "name": variables.get("project"), "entity": entity}}
        return {"upsertBucket": {"bucket": bucket, "inserted": True}}
    if "createRunFiles" in query:
        files = [{"name": name, "uploadUrl": f"{url}/upload/{name}"} for name in variables["files"]]
        return {"createRunFiles": {"runID": "r", "uploadHeaders": [], "files": files}}
    if "viewer" in query:
        return {"viewer": {"id": "v", "entity": "me", "username": "me", "flags": "{}", "teams": {"edges": []}}}
    if "bucket(" in query:
        return {"model": {"id": "m", "name": variables.get("project"), "entity": entity, "bucket": None}}
    return {}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def reply(self, value):
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def body(self):
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def do_POST(self):
        sent = json.loads(self.body() or b"{}")
        if self.path.endswith("/graphql"):
            self.server.asked.append((sent.get("query", ""), sent.get("variables") or {}))
            self.reply({"data": answer(*self.server.asked[-1], self.server.url)})
        else:
            self.server.streamed.append((self.path, sent))
            self.reply({"exitcode": None, "limits": {}})

    def do_PUT(self):
        self.server.uploaded[re.sub("^/upload/", "", self.path)] = self.body()
        self.reply({})


class Server(http.server.ThreadingHTTPServer):
    """Runs in a thread of its own from start() to stop()."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.asked, self.streamed, self.uploaded = [], [], {}

    def handle_error(self, *_):
        """A client that is done resets its connections."""

    def start(self):
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def stop(self):
        self.shutdown()
        self.server_close()

    def lines(self, file):
        """The lines that were streamed of one file of the run, decoded, in their order."""
        lines = {}
        for _, sent in self.streamed:
            chunk = sent.get("files", {}).get(file)
            for number, line in enumerate(chunk["content"] if chunk else [], chunk["offset"] if chunk else 0):
                lines[number] = json.loads(line)
        return [lines[number] for number in sorted(lines)]

    def exit_codes(self):
        return [sent["exitcode"] for _, sent in self.streamed if sent.get("complete")]
