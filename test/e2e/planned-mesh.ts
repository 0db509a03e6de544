/**
 * The Envoys of a plan, each in a network namespace of its own and with the command line that its container has, and
 * applications that show what they got. No agents, no CloudFormation: what they bring stands in files from the start.
 */
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import type { Server, Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { identityFile, trustFile } from '../../programs/agent/certificate/sds';
import { edsFile, edsPath } from '../../programs/agent/endpoints/eds';
import { ENVOY_CONFIG_FILE, MESH_DIRECTORY } from '../../lib/core/contract/files';
import { ADMIN_PORT } from '../../lib/core/contract/ports';
import { DEFAULT_VIRTUAL_PORT, GATEWAY_PORT, INBOUND_PORT, PROXY_CONTAINER } from '../../lib/core/model/constants';
import type { ProtocolId } from '../../lib/core/model/topology';
import { portOf } from '../../lib/core/model/topology';
import type { LeafOptions } from '../programs/agent/authority';
import { Authority } from '../programs/agent/authority';
import { configOf } from '../support/cases';
import type { Planned } from '../simulator/planned';
import type { Request } from '../../programs/simulator/simulate';
import { gatewayOf } from '../../programs/simulator/simulate';
import type { Seen } from './agreement';
import { Dialer } from './dialer';
import { NUMBER_HEADER } from './echo';
import type { Identity } from './peers';
import { Peer } from './peers';
import { HttpClient } from './runner/client';
import { CloudMap } from '../../programs/emulator/aws/cloud-map';
import { PrivateDns } from './runner/dns';
import type { Endpoint } from './runner/network';
import { Vpc } from './runner/network';
import { openSockets } from './runner/sockets';
import type { RecordModel, RuleModel } from '../../programs/emulator/template/system';
import { until } from './runner/wait';
import { NETNS_MOUNTS, Workspace } from './runner/workspace';
import { findTools } from './tools';

/** Puts a directory where the volume of the agent is, for the one command that follows. */
const WITH_FILES =
  `mount --make-rprivate /; mount -t tmpfs tmpfs ${dirname(MESH_DIRECTORY)}; mkdir ${MESH_DIRECTORY}; mount ` +
  `--bind "$1" ${MESH_DIRECTORY}; shift; exec "$@"`;
const STRANGER = 'stranger';
const LOOPBACK = '127.0.0.1';
/** Who may connect to whom is not what is looked at here. */
const OPEN: RuleModel = { protocol: 'all', peer: { cidr: '0.0.0.0/0' } };
const HOUR = 3_600_000;

/** What the applications of tasks are. */
export interface Applications {
  /** What listens as the application of a task. */
  application(task: string, protocol: ProtocolId): { emit(event: 'connection', connection: Socket): unknown };
}

interface RunningTask {
  readonly endpoint: Endpoint;
  readonly client: HttpClient;
  readonly servers: readonly Server[];
  readonly envoy: ChildProcess;
}

export class PlannedMesh {
  private readonly tasks = new Map<string, RunningTask>();
  private readonly certificates = new Map<string, Promise<NonNullable<Identity>>>();
  private readonly dialers = new Map<string, Dialer>();
  private readonly workspace = new Workspace();
  private vpc: Vpc | undefined;
  private stranger: { readonly endpoint: Endpoint; readonly peer: Peer; readonly client: HttpClient } | undefined;

  private constructor(
    private readonly planned: Planned,
    private readonly applications: Applications,
    private readonly authority: Authority,
  ) {}

  static async start(planned: Planned, applications: Applications): Promise<PlannedMesh> {
    const mesh = new PlannedMesh(planned, applications, await Authority.create('one', Date.now()));
    try {
      await mesh.open();
      return mesh;
    } catch (error) {
      await mesh.close();
      throw error;
    }
  }

  /** Sends a request as it is written, by HTTP/1.1, or by HTTP/2 past the Envoys of callers; tells who answered, and how. */
  async send(number: string, { from, method = 'GET', path, headers: own = {}, bodyBytes = 0 }: Request): Promise<Omit<Seen, 'arrived'>> {
    const headers = { ...own, [NUMBER_HEADER]: number };
    if (from.kind === 'outsider') return this.sendPast(from, { method, path, headers });
    const { client, host, port } = from.kind === 'edge' ? this.edge(gatewayOf(from)) : this.service(from);
    const outcome = await client.attempt({
      url: `http://${from.kind === 'edge' ? 'peer.example' : `${from.to}:${port}`}${path}`,
      method,
      headers,
      connectTo: { host, port },
      keepAlive: true,
      ...(bodyBytes === 0 ? {} : { body: 'x'.repeat(bodyBytes) }),
    });
    return outcome.kind === 'failure' ? { status: undefined, answeredBy: undefined } : seenIn(outcome);
  }

  /** A connection from the network of a task, or of `stranger`, past its Envoy; to a task, or with `127.0.0.1` inside of it. */
  async dial(from: string, to: string, port: number): Promise<Socket> {
    const endpoint = from === STRANGER ? this.stranger!.endpoint : this.task(from).endpoint;
    const dialer = this.dialers.get(from) ?? new Dialer(endpoint);
    this.dialers.set(from, dialer);
    return dialer.dial(to === LOOPBACK ? to : this.task(to).endpoint.address, port);
  }

  /** What the application of a task does. */
  client(task: string): HttpClient {
    return this.task(task).client;
  }

  /** Where the virtual name of a callee leads in a task that calls it. */
  virtual(task: string, to: string): { readonly host: string; readonly port: number } {
    const { host, port } = this.service({ kind: 'service', task, to });
    return { host, port };
  }

  /** Of the mesh's own authority: a certificate that nobody else has. */
  async issue(options: LeafOptions): Promise<NonNullable<Identity>> {
    return this.authority.issue({ notBefore: Date.now() - HOUR, notAfter: Date.now() + HOUR, ...options });
  }

  /** That of the task whose identity it is. */
  async certificate(identity: string): Promise<NonNullable<Identity>> {
    const found = this.certificates.get(identity) ?? this.issue({ identity });
    this.certificates.set(identity, found);
    return found;
  }

  /** The Envoy of a task: its process, and why it has none any more. */
  envoy(task: string): { readonly pid: number | undefined; readonly ended: boolean } {
    const { envoy } = this.task(task);
    return { pid: envoy.pid, ended: envoy.exitCode !== null || envoy.signalCode !== null };
  }

  /** What the Envoy of a task has written so far, which it does once a second. */
  accessLog(task: string): readonly string[] {
    return readFileSync(this.logFile(task), 'utf8')
      .split('\n')
      .filter((line) => line !== '');
  }

  async close(): Promise<void> {
    for (const dialer of this.dialers.values()) dialer.close();
    this.stranger?.peer.close();
    this.stranger?.client.close();
    for (const { envoy, client, servers } of this.tasks.values()) {
      envoy.kill('SIGKILL');
      client.close();
      for (const server of servers) server.close();
    }
    // Nobody is AWS here.
    this.vpc?.aws.api.close();
    this.vpc?.aws.metadata.close();
    await this.vpc?.close();
    await this.workspace.close();
  }

  async leftovers(): Promise<readonly string[]> {
    return this.workspace.leftovers();
  }

  private async open(): Promise<void> {
    const {
      plan,
      topology: { discoveryDomain },
    } = this.planned;
    const records: RecordModel[] = [];
    const zones = [{ name: discoveryDomain, negativeTtl: 5, records }];
    const system = {
      cidr: '10.9.0.0/24',
      region: 'eu-west-1',
      account: '111122223333',
      stack: 'planned',
      services: [],
      scheduled: [],
      discovery: [],
      zones,
      securityGroups: [{ id: 'open', ingress: [OPEN], egress: [OPEN] }],
      accessPoints: [],
    };
    const vpc = await Vpc.open(this.workspace, system, new PrivateDns(zones, new CloudMap([])));
    this.vpc = vpc;
    const enter = async (name: string): Promise<Endpoint> => vpc.join({ name, securityGroups: ['open'] });
    const endpoints = new Map(await Promise.all(plan.workloads.map(async ({ name }) => [name, await enter(name)] as const)));
    // Before any Envoy asks for them.
    for (const [name, { address }] of endpoints)
      records.push({ name: `${name}.${discoveryDomain}`, type: 'A', ttl: 60, values: [address] });
    const endpoint = await enter(STRANGER);
    this.stranger = { endpoint, peer: new Peer(endpoint), client: new HttpClient(endpoint) };
    const addresses = new Map([...endpoints].map(([name, { address }]) => [name, address]));
    await Promise.all(
      [...endpoints].map(async ([name, each]) => {
        this.tasks.set(name, await this.startTask(name, each, addresses));
      }),
    );
    await Promise.all(
      [...this.tasks].map(async ([name, { client, envoy }]) =>
        until(
          async () => {
            if (envoy.exitCode !== null) throw new Error(`the Envoy of ${name} has ended`);
            const ready = await client.attempt({ url: `http://127.0.0.1:${ADMIN_PORT}/ready` });
            return ready.kind === 'response' && ready.status === 200;
          },
          { what: `the Envoy of ${name} to be ready` },
        ),
      ),
    );
  }

  private async startTask(name: string, endpoint: Endpoint, addresses: ReadonlyMap<string, string>): Promise<RunningTask> {
    const { plan, topology } = this.planned;
    const task = plan.workloads.find((each) => each.name === name)!;
    const { command = [] } = task.containers.find((container) => container.name === PROXY_CONTAINER)!;
    const files = join(this.workspace.directory, name);
    mkdirSync(files);
    const config = JSON.stringify(configOf(task));
    writeFileSync(join(files, ENVOY_CONFIG_FILE), config);
    await this.writeFiles(files, config, task.identity?.uri, addresses);
    const service = topology.services.find(
      (each) => each.name === name || each.versions?.some((version) => name === `${each.name}-${version.name}`),
    );
    const servers = service === undefined ? [] : [await this.serve(name, endpoint, portOf(service), service.protocol)];
    const log = openSync(this.logFile(name), 'a');
    const envoy = spawn(
      'setpriv',
      [
        '--pdeathsig',
        'KILL',
        'ip',
        'netns',
        'exec',
        endpoint.namespace,
        'unshare',
        '--mount',
        'sh',
        '-euc',
        WITH_FILES,
        'envoy',
        files,
        findTools().envoy,
        ...command,
      ],
      { stdio: ['ignore', log, 'inherit'] },
    );
    closeSync(log);
    return { endpoint, client: new HttpClient(endpoint), servers, envoy };
  }

  private async serve(name: string, { namespace }: Endpoint, port: number, protocol: ProtocolId): Promise<Server> {
    const { socket } = await openSockets(join(NETNS_MOUNTS, namespace), { socket: `tcp:0.0.0.0:${port}` });
    const application = this.applications.application(name, protocol);
    socket.on('connection', (connection) => {
      application.emit('connection', connection);
    });
    return socket;
  }

  /** What agents write: whatever files a configuration names. */
  private async writeFiles(
    directory: string,
    config: string,
    identity: string | undefined,
    addresses: ReadonlyMap<string, string>,
  ): Promise<void> {
    for (const [, file = '', kind = '', name = ''] of config.matchAll(
      new RegExp(`${MESH_DIRECTORY}/((identity|trust|eds-|weights-)([\\w-]*)\\.json)`, 'g'),
    )) {
      const path = join(directory, file);
      if (kind === 'trust') writeFileSync(path, trustFile(this.authority.root));
      else if (kind === 'identity') writeFileSync(path, identityFile(await this.certificate(identity!)));
      else if (kind === 'eds-')
        writeFileSync(
          edsPath(directory, name),
          edsFile({
            cluster: name,
            port: INBOUND_PORT,
            instances: [{ id: name, address: addresses.get(name)!, zone: undefined }],
            preferredZone: undefined,
          }),
        );
      // Nothing in it: the weights are those of the configuration.
      else
        writeFileSync(
          path,
          JSON.stringify({
            version_info: '1',
            resources: [{ '@type': 'type.googleapis.com/envoy.service.runtime.v3.Runtime', name: `weights-${name}`, layer: {} }],
          }),
        );
    }
  }

  private task(name: string): RunningTask {
    const task = this.tasks.get(name);
    if (task === undefined) throw new Error(`the mesh has no task "${name}"; it has ${[...this.tasks.keys()].join(', ')}`);
    return task;
  }

  private logFile(task: string): string {
    return join(this.workspace.directory, `${task}.log`);
  }

  private edge(gateway: string): { readonly client: HttpClient; readonly host: string; readonly port: number } {
    return { client: this.stranger!.client, host: this.task(gateway).endpoint.address, port: GATEWAY_PORT };
  }

  private service({ task, to }: Extract<Request['from'], { kind: 'service' }>): {
    readonly client: HttpClient;
    readonly host: string;
    readonly port: number;
  } {
    const { records, tasks } = this.planned.system;
    const host = records.get(to);
    if (host === undefined) throw new Error(`no service has the name ${to}`);
    const port = tasks.get(task)?.listeners.find((listener) => listener.host === host)?.port ?? DEFAULT_VIRTUAL_PORT;
    return { client: this.tasks.get(task)!.client, host, port };
  }

  private async sendPast(
    { task, tls, identity }: Extract<Request['from'], { kind: 'outsider' }>,
    request: { readonly method: string; readonly path: string; readonly headers: Readonly<Record<string, string>> },
  ): Promise<Omit<Seen, 'arrived'>> {
    const {
      responses: [response],
    } = await this.stranger!.peer.connect({
      host: this.tasks.get(task)!.endpoint.address,
      requests: [request],
      ...(tls ? {} : { version: 'none' as const }),
      ...(identity === undefined ? {} : { identity: await this.certificate(identity) }),
    });
    return response === undefined ? { status: undefined, answeredBy: undefined } : seenIn(response);
  }
}

function seenIn({
  status,
  headers,
}: {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
}): Omit<Seen, 'arrived'> {
  const { 'grpc-status': grpc, 'x-application': answeredBy } = headers;
  return { status, answeredBy, ...(grpc === undefined ? {} : { grpcStatus: Number(grpc) }) };
}
