import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LARGE_REGEXES } from '../../lib/core/envoy/bootstrap';
import { layeredRuntime } from '../../lib/core/envoy/runtime';
import type { JsonObject } from '../support/envoy-json';
import { extension, socketAddress } from '../support/envoy-json';
import type { System } from '../../programs/simulator/system';
import { readBootstrap } from '../../programs/simulator/system';
import type { Echo } from './echo';
import { until } from './runner/wait';
import { findTools } from './tools';

const TASK = 'proxy';

/** One Envoy on this machine with many connection managers, each on a listener of its own, in front of the same applications. */
export class OneEnvoy {
  private constructor(
    /** With one task, in which each connection manager is reached by its number. */
    readonly system: System,
    private readonly ports: ReadonlyMap<string, number>,
    private readonly end: () => void,
  ) {}

  /**
   * @param clusters each of which leads to an application
   * @param program another Envoy
   */
  static async start(
    echo: Echo,
    clusters: readonly string[],
    managers: readonly JsonObject[],
    program = findTools().envoy,
  ): Promise<OneEnvoy> {
    const applications = clusters.map(() => echo.application(TASK, 'http'));
    await Promise.all(
      applications.map(
        async (each) =>
          new Promise<void>((resolve) => {
            each.listen(0, '127.0.0.1', resolve);
          }),
      ),
    );
    const directory = mkdtempSync(join(tmpdir(), 'cem-one-envoy-'));
    const config = {
      // A port that is free: others may run on this machine.
      admin: { address: socketAddress('127.0.0.1', 0) },
      ...layeredRuntime([LARGE_REGEXES]),
      static_resources: {
        listeners: managers.map((manager, index): JsonObject => ({
          name: String(index),
          address: socketAddress(hostOf(index), 0),
          filter_chains: [
            { filters: [extension('envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager', manager)] },
          ],
        })),
        clusters: clusters.map((name, index): JsonObject => ({
          name,
          load_assignment: {
            cluster_name: name,
            endpoints: [
              {
                lb_endpoints: [{ endpoint: { address: socketAddress('127.0.0.1', (applications[index].address() as AddressInfo).port) } }],
              },
            ],
          },
        })),
      },
    };
    writeFileSync(join(directory, 'envoy.json'), JSON.stringify(config));
    const admin = join(directory, 'admin');
    const envoy = spawn(
      'setpriv',
      [
        '--pdeathsig',
        'KILL',
        program,
        '-c',
        join(directory, 'envoy.json'),
        '--disable-hot-restart',
        '--concurrency',
        '1',
        '--log-level',
        'warning',
        '--admin-address-path',
        admin,
      ],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    const end = (): void => {
      envoy.kill('SIGKILL');
      for (const each of applications) each.close();
      rmSync(directory, { recursive: true, force: true });
    };
    try {
      const ports = await listening(envoy, admin, managers.length);
      const records = new Map(managers.map((_, index) => [String(index), hostOf(index)]));
      return new OneEnvoy(
        { tasks: new Map([[TASK, { name: TASK, ...readBootstrap(config, 'envoy.json') }]]), records, discoveryDomain: 'tasks.internal' },
        ports,
        end,
      );
    } catch (error) {
      end();
      throw error;
    }
  }

  /** What is simulated, and where it is sent. */
  from(manager: number): { readonly kind: 'service'; readonly task: string; readonly to: string } {
    return { kind: 'service', task: TASK, to: String(manager) };
  }

  listener(manager: number): { readonly host: string; readonly port: number } {
    return { host: hostOf(manager), port: this.ports.get(String(manager)) ?? 0 };
  }

  close(): void {
    this.end();
  }
}

function hostOf(index: number): string {
  return `127.90.${Math.floor(index / 250)}.${(index % 250) + 1}`;
}

interface Listing {
  readonly listener_statuses?: readonly {
    readonly name: string;
    readonly local_address: { readonly socket_address: { readonly port_value: number } };
  }[];
}

/** The ports of all listeners, as soon as there are as many. */
async function listening(envoy: ChildProcess, admin: string, count: number): Promise<ReadonlyMap<string, number>> {
  let log = '';
  envoy.stderr?.on('data', (chunk: Buffer) => {
    log += chunk.toString();
  });
  return until(
    async () => {
      if (envoy.exitCode !== null) throw new Error(`Envoy has ended: ${log.slice(-3000)}`);
      const { listener_statuses: statuses = [] } = await list(admin);
      return (
        statuses.length === count &&
        new Map(
          statuses.map(
            ({
              name,
              local_address: {
                socket_address: { port_value: port },
              },
            }) => [name, port],
          ),
        )
      );
    },
    { what: 'Envoy to listen', detail: () => log.slice(-3000) },
  );
}

/** Nothing, before Envoy answers. */
async function list(admin: string): Promise<Listing> {
  try {
    const response = await fetch(`http://${readFileSync(admin, 'utf8')}/listeners?format=json`);
    return (await response.json()) as Listing;
  } catch {
    return {};
  }
}
