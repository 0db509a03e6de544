import { spawn, type ChildProcess } from 'node:child_process';
import { request } from 'node:https';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { PEM } from '../../programs/agent/certificate/pem';
import { LOGGING } from '../../lib/core/mesh/app-mesh/access-log';
import { IDENTITY_PEM, TRUST_PEM } from '../../lib/core/mesh/app-mesh/constants';
import { waysToFit } from '../../lib/core/mesh/app-mesh/missing-headers';
import { httpMatch } from '../../lib/core/mesh/app-mesh/route-match';
import type { HeaderMatch } from '../../lib/core/mesh/app-mesh/resources';
import type { X509Svid } from '../../programs/shared/svid';
import { Authority } from '../programs/agent/authority';
import { until } from './runner/wait';
import { e2e } from './suite';
import { findTools } from './tools';

/**
 * App Mesh itself is no more, so its control plane is played here: an Envoy that has, of what the plan says, the files of
 * the agent, the names of the callers, routes, and the format of the access log.
 */
e2e('an Envoy that App Mesh tells where its certificate is', () => {
  const CALLER = 'spiffe://shop.internal/ui';
  let directory: string;
  let authority: Authority;
  let caller: X509Svid;
  let stranger: X509Svid;
  let envoy: ChildProcess;
  let output = '';
  let port: number;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'app-mesh-'));
    authority = await Authority.create('one', Date.now());
    const dates = { notBefore: Date.now() - 60_000, notAfter: Date.now() + 3_600_000 };
    const own = await authority.issue(dates);
    caller = await authority.issue({ ...dates, identity: CALLER });
    stranger = await authority.issue({ ...dates, identity: 'spiffe://shop.internal/stranger' });
    writeFileSync(fileOf(IDENTITY_PEM), PEM.identityFile(own));
    writeFileSync(fileOf(TRUST_PEM), PEM.trustFile(own.trustBundle));
    port = await freePort();
    envoy = spawn(
      findTools().envoy,
      [
        '--config-yaml',
        JSON.stringify(configuration()),
        '--log-level',
        'warning',
        '--use-dynamic-base-id',
        '--concurrency',
        '1',
        '--file-flush-interval-msec',
        '50',
      ],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    for (const stream of [envoy.stdout, envoy.stderr])
      stream?.on('data', (data: Buffer) => {
        output += data.toString();
      });
    await until(async () => (await ask(caller)) === 200, { what: 'an answer of Envoy', detail: () => output });
  }, 60_000);
  afterAll(() => {
    envoy.kill('SIGKILL');
    rmSync(directory, { recursive: true });
  });

  const fileOf = (path: string): string => join(directory, basename(path));

  function configuration(): object {
    const accessLog = {
      name: 'stdout',
      typed_config: {
        '@type': 'type.googleapis.com/envoy.extensions.access_loggers.stream.v3.StdoutAccessLog',
        log_format: { json_format: Object.fromEntries(LOGGING.accessLog.file.format.json.map(({ key, value }) => [key, value])) },
      },
    };
    return {
      static_resources: {
        listeners: [
          {
            name: 'ingress',
            address: { socket_address: { address: '127.0.0.1', port_value: port } },
            filter_chains: [
              {
                transport_socket: {
                  name: 'tls',
                  typed_config: {
                    '@type': 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext',
                    require_client_certificate: true,
                    common_tls_context: {
                      tls_certificates: [
                        { certificate_chain: { filename: fileOf(IDENTITY_PEM) }, private_key: { filename: fileOf(IDENTITY_PEM) } },
                      ],
                      validation_context: {
                        trusted_ca: { filename: fileOf(TRUST_PEM) },
                        match_typed_subject_alt_names: [{ san_type: 'URI', matcher: { exact: CALLER } }],
                      },
                    },
                  },
                },
                filters: [
                  {
                    name: 'http',
                    typed_config: {
                      '@type': 'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
                      stat_prefix: 'ingress',
                      access_log: [accessLog],
                      route_config: {
                        virtual_hosts: [
                          {
                            name: 'all',
                            domains: ['*'],
                            routes: [...betaRoutes(), { match: { prefix: '/' }, direct_response: { status: 200 } }],
                          },
                        ],
                      },
                      http_filters: [
                        { name: 'router', typed_config: { '@type': 'type.googleapis.com/envoy.extensions.filters.http.router.v3.Router' } },
                      ],
                    },
                  },
                ],
              },
            ],
          },
        ],
      },
    };
  }

  /**
   * What is not "off" is answered with 201. Of `invert` App Mesh makes Envoy's `invert_match`, and has no word for its
   * `treat_missing_header_as_empty`.
   */
  function betaRoutes(): readonly object[] {
    const matcher = ({ name, invert, match }: HeaderMatch): object => ({
      name,
      ...(match === undefined ? { present_match: true } : { string_match: match }),
      ...(invert === true ? { invert_match: true } : {}),
    });
    return waysToFit({
      path: { kind: 'prefix', text: '/beta/' },
      headers: [{ name: 'x-beta', kind: 'exact', text: 'off', invert: true }],
      queryParameters: [],
    })
      .map(({ match }) => httpMatch(match))
      .map(({ prefix, headers = [] }) => ({ match: { prefix, headers: headers.map(matcher) }, direct_response: { status: 201 } }));
  }

  /** The status, or undefined if the connection does not come about. */
  async function ask(
    { certificateChain, privateKey }: X509Svid,
    path = '/',
    headers: Readonly<Record<string, string>> = {},
  ): Promise<number | undefined> {
    return new Promise((resolve) => {
      const sent = request(
        { host: '127.0.0.1', port, path, headers, cert: certificateChain, key: privateKey, rejectUnauthorized: false, agent: false },
        (response) => {
          response.resume();
          resolve(response.statusCode);
        },
      );
      sent.on('error', () => {
        resolve(undefined);
      });
      sent.end();
    });
  }

  test('reads chain and key from one file, and lets in a declared caller', async () => {
    expect(await ask(caller)).toBe(200);
  });

  test('fails if it lets in a service that is no declared caller', async () => {
    expect(await ask(stranger)).toBeUndefined();
  });

  test.each([
    ['another value', { 'x-beta': 'on' }, 201],
    ['no such header', {}, 201],
    ['what it must not be', { 'x-beta': 'off' }, 200],
  ])('a route whose header must not be something, and a request with %s', async (_, headers, status) => {
    expect(await ask(caller, '/beta/', headers)).toBe(status);
  });

  test('logs who has called for what, and no query', async () => {
    await ask(caller, '/orders?token=secret');
    const line = await until(() => output.split('\n').find((each) => each.includes('/orders')), {
      what: 'the line in the log',
    });
    expect(JSON.parse(line)).toMatchObject({ caller: CALLER, method: 'GET', path: '/orders', status: 200 });
    expect(output).not.toContain('secret');
  });
});

async function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => {
        resolve(port);
      });
    });
  });
}
