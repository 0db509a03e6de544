var __defProp = Object.defineProperty;
var __name = (target, value) => __defProp(target, "name", { value, configurable: true });

// programs/local/task.ts
var import_node_fs = require("node:fs");
var import_node_http4 = require("node:http");
var import_node_path = require("node:path");

// lib/core/contract/ports.ts
var ADMIN_PORT = 9901;

// programs/local/local-system.ts
var SYSTEM_DIRECTORY = "/system";
var AWS_HOST = "aws";
var AWS_PORT = 8e3;
var TASK_HEADER = "x-local-task";
var LEASES_PATH = "/leases";
var TASK_AWS_PORT = 15790;
var TASK_ADMIN_PORT = 15791;
var TASKS_DIRECTORY = "tasks";
var TASK_VARIABLE = "LOCAL_TASK";

// programs/local/task/forward.ts
var import_node_http = require("node:http");
function forward(request2, response, { host, port, path, headers }) {
  const onward = (0, import_node_http.request)(
    { host, port, method: request2.method, path: path ?? request2.url, headers: { ...request2.headers, ...headers } },
    (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
      answer.on("error", () => response.destroy());
    }
  );
  onward.on("error", (error) => {
    if (response.headersSent) response.destroy();
    else response.writeHead(502, { "content-type": "text/plain" }).end(`${host}:${port} does not answer: ${error.message}
`);
  });
  response.on("close", () => onward.destroy());
  request2.pipe(onward);
}
__name(forward, "forward");

// programs/local/task/lease.ts
var import_node_http2 = require("node:http");
var import_node_net = require("node:net");
var import_promises = require("node:timers/promises");
var PAUSE_MS = 500;
var PATIENCE_MS = 2e3;
async function holdLease(task2, healthy, signal) {
  while (!signal.aborted) {
    await lease(task2, healthy, signal).catch(() => void 0);
    await (0, import_promises.setTimeout)(PAUSE_MS, void 0, { signal }).catch(() => void 0);
  }
}
__name(holdLease, "holdLease");
async function lease(task2, healthy, signal) {
  const open = (0, import_node_http2.request)({ host: AWS_HOST, port: AWS_PORT, method: "POST", path: `${LEASES_PATH}/${task2}`, signal });
  let ended = false;
  const end2 = /* @__PURE__ */ __name(() => {
    ended = true;
  }, "end");
  open.on("error", end2).on("close", end2);
  open.on("response", (response) => response.resume().on("close", end2));
  open.flushHeaders();
  for (let said; !ended && !signal.aborted; ) {
    const now = await healthy();
    if (now !== said) say(open, now);
    said = now;
    await (0, import_promises.setTimeout)(PAUSE_MS, void 0, { signal }).catch(() => void 0);
  }
  open.destroy();
}
__name(lease, "lease");
function say(open, healthy) {
  open.write(`${healthy ? "healthy" : "unhealthy"}
`);
}
__name(say, "say");
async function listens(port) {
  return new Promise((resolve) => {
    const socket = (0, import_node_net.connect)({ host: "127.0.0.1", port, timeout: PATIENCE_MS });
    const done = /* @__PURE__ */ __name((answer) => {
      socket.destroy();
      resolve(answer);
    }, "done");
    socket.on("connect", () => {
      done(true);
    });
    socket.on("error", () => {
      done(false);
    });
    socket.on("timeout", () => {
      done(false);
    });
  });
}
__name(listens, "listens");

// programs/local/task/relays.ts
var import_node_net2 = require("node:net");
var Relays = class {
  /** @param log told of what cannot be opened */
  constructor(log2) {
    this.log = log2;
  }
  log;
  static {
    __name(this, "Relays");
  }
  open = /* @__PURE__ */ new Map();
  set(relays2) {
    const wanted = new Map(relays2.map((relay) => [JSON.stringify(relay), relay]));
    for (const [key, { server, sockets }] of this.open) {
      if (wanted.has(key)) continue;
      this.open.delete(key);
      server.close();
      for (const socket of sockets) socket.destroy();
    }
    for (const [key, relay] of wanted) if (!this.open.has(key)) this.open.set(key, this.listen(relay));
  }
  close() {
    this.set([]);
  }
  listen({ port, everywhere = false, toHost, toPort }) {
    const sockets = /* @__PURE__ */ new Set();
    const server = (0, import_node_net2.createServer)({ noDelay: true, allowHalfOpen: true }, (client) => {
      const onward = (0, import_node_net2.connect)({ host: toHost, port: toPort, noDelay: true, allowHalfOpen: true });
      for (const [socket, other] of [
        [client, onward],
        [onward, client]
      ]) {
        sockets.add(socket);
        socket.on("error", () => other.destroy());
        socket.on("close", () => {
          sockets.delete(socket);
          other.destroy();
        });
        socket.pipe(other);
      }
    });
    server.on("error", (error) => {
      this.log(`connections to port ${port} cannot be passed on: ${error.message}`);
    });
    server.listen(port, everywhere ? "0.0.0.0" : "127.0.0.1");
    return { server, sockets };
  }
};

// programs/local/task/stand-in.ts
var import_node_net3 = require("node:net");
var import_node_http3 = require("node:http");
var import_node_http22 = require("node:http2");
var import_promises2 = require("node:timers/promises");
var StandIns = class {
  /** @param log told of what cannot be opened */
  constructor(task2, log2) {
    this.task = task2;
    this.log = log2;
  }
  task;
  log;
  static {
    __name(this, "StandIns");
  }
  open = /* @__PURE__ */ new Map();
  set(wanted) {
    const all = new Map(wanted.map((each) => [JSON.stringify(each), each]));
    for (const [key, server] of this.open) {
      if (all.has(key)) continue;
      this.open.delete(key);
      server.close();
    }
    for (const [key, settings2] of all) {
      if (this.open.has(key)) continue;
      const server = standIn(settings2, this.task);
      server.on("error", (error) => {
        this.log(`nobody can stand in for the application at port ${settings2.port}: ${error.message}`);
      });
      this.open.set(key, server.listen(settings2.port));
    }
  }
};
function standIn({ protocol, answers }, task2) {
  switch (protocol) {
    case "tcp":
      return (0, import_node_net3.createServer)((socket) => socket.on("error", () => void 0).resume());
    case "http":
      return (0, import_node_http3.createServer)((request2, response) => {
        const asked = { method: request2.method ?? "GET", path: request2.url ?? "/" };
        request2.resume();
        void answerTo(asked, answers, task2).then(({ status, headers, body }) => response.writeHead(status, headers).end(body));
      });
    case "http2":
    case "grpc": {
      const server = (0, import_node_http22.createServer)();
      server.on("stream", (stream, headers) => {
        stream.on("error", () => void 0);
        stream.resume();
        const asked = { method: headers[":method"] ?? "GET", path: headers[":path"] ?? "/" };
        void (protocol === "grpc" ? answerGrpc(stream, asked, answers) : answerHttp2(stream, asked, answers, task2));
      });
      return server;
    }
  }
}
__name(standIn, "standIn");
async function answerTo(asked, answers, task2) {
  const told = answers.find((answer) => fits(answer, asked)) ?? {};
  const { status = 200, headers = {}, body = { standIn: task2, ...asked }, delayMs = 0 } = told;
  if (delayMs > 0) await (0, import_promises2.setTimeout)(delayMs);
  return typeof body === "string" ? { status, headers: { "content-type": "text/plain; charset=utf-8", ...headers }, body } : { status, headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(body) };
}
__name(answerTo, "answerTo");
async function answerHttp2(stream, asked, answers, task2) {
  const { status, headers, body } = await answerTo(asked, answers, task2);
  if (stream.destroyed) return;
  stream.respond({ ":status": status, ...headers });
  stream.end(body);
}
__name(answerHttp2, "answerHttp2");
async function answerGrpc(stream, asked, answers) {
  const { status, headers = {}, delayMs = 0 } = answers.find((answer) => fits(answer, asked)) ?? {};
  if (delayMs > 0) await (0, import_promises2.setTimeout)(delayMs);
  if (stream.destroyed) return;
  if (status !== void 0 && status !== 200) {
    stream.respond({ ":status": status, ...headers }, { endStream: true });
    return;
  }
  stream.respond(
    { ":status": 200, "content-type": "application/grpc", "grpc-status": "12", "grpc-message": "a stand-in has no messages", ...headers },
    { endStream: true }
  );
}
__name(answerGrpc, "answerGrpc");
function fits({ method, path }, asked) {
  if (method !== void 0 && method.toUpperCase() !== asked.method.toUpperCase()) return false;
  if (path === void 0) return true;
  const [without = ""] = asked.path.split("?");
  return path.endsWith("*") ? without.startsWith(path.slice(0, -1)) : without === path;
}
__name(fits, "fits");

// programs/local/task.ts
var task = process.env[TASK_VARIABLE] ?? "";
var file = (0, import_node_path.join)(SYSTEM_DIRECTORY, TASKS_DIRECTORY, `${task}.json`);
var CHECK_SETTINGS_MS = 500;
var end = new AbortController();
var log = /* @__PURE__ */ __name((line) => {
  console.log(line);
}, "log");
(0, import_node_http4.createServer)((request2, response) => {
  forward(request2, response, { host: AWS_HOST, port: AWS_PORT, headers: { [TASK_HEADER]: task } });
}).listen(TASK_AWS_PORT, "127.0.0.1");
(0, import_node_http4.createServer)((request2, response) => {
  if (request2.method === "GET") forward(request2, response, { host: "127.0.0.1", port: ADMIN_PORT, headers: { host: "localhost" } });
  else response.writeHead(405).end();
}).listen(TASK_ADMIN_PORT);
var relays = new Relays(log);
var replacements = new StandIns(task, log);
var settings = { applicationPorts: [], standIns: [], relays: [] };
var seen = "";
function readSettings() {
  try {
    const { mtimeMs, ino } = (0, import_node_fs.statSync)(file);
    if (`${mtimeMs} ${ino}` === seen) return;
    settings = JSON.parse((0, import_node_fs.readFileSync)(file, "utf8"));
    seen = `${mtimeMs} ${ino}`;
  } catch (error) {
    log(`${file} cannot be read: ${String(error)}`);
    return;
  }
  relays.set(settings.relays);
  replacements.set(settings.standIns);
}
__name(readSettings, "readSettings");
readSettings();
var watch = setInterval(readSettings, CHECK_SETTINGS_MS);
async function isHealthy() {
  const ready = fetch(`http://127.0.0.1:${ADMIN_PORT}/ready`, { signal: AbortSignal.timeout(1e3) }).then(async (response) => (await response.text()).trim() === "LIVE").catch(() => false);
  const listening = settings.applicationPorts.map(async (port) => listens(port));
  return await ready && (await Promise.all(listening)).every((each) => each);
}
__name(isHealthy, "isHealthy");
void holdLease(task, isHealthy, end.signal);
for (const signal of ["SIGTERM", "SIGINT"])
  process.once(signal, () => {
    end.abort();
    clearInterval(watch);
    relays.close();
    process.exit(0);
  });
