import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import type { AgentCommand, MeshVariable } from '../../lib/core/contract/agent';
import { AGENT_SETTINGS_FILE, MESH_DIRECTORY } from '../../lib/core/contract/files';
import { healthSocket, serveHealth } from '../shared/health-socket';
import type { Log } from '../shared/log';
import { localPort } from './application-start';
import { dnsResolver } from './callees/resolver';
import { identityKey } from './aws/identity-key';
import { issuingFunction } from './aws/issuing-function';
import { serviceDiscovery } from './aws/service-discovery';
import { systemsManager } from './aws/systems-manager';
import { svidSource, type SvidSource } from './certificate/issuing';
import { systemClock } from './clock';
import { init, run, type World } from './commands';
import { ENVOY_ADMIN, envoyAdmin } from './drain/envoy-admin';
import { failureOf, fieldsOf } from './failure';
import { readFileIfAny, systemFiles } from './files';
import { InvalidSettings, readSettings, type Settings } from './settings';
import { unpackConfig, withStoredSettings } from './task-config';
import { ecsMetadata, type MetadataSource } from './task-metadata';

const SIGTERM_CODE = 143;
const RESOLVER_TIMEOUT_MS = 2000;

/** Before Envoy starts, or beside the application until the task stops. Resolves to the exit code. */
export async function runCommand(command: AgentCommand, log: Log): Promise<number> {
  try {
    return await (command === 'init' ? initTask(log) : runTask(log));
  } catch (error) {
    // Here, since the other file of the program has classes of errors of its own.
    if (error instanceof InvalidSettings) log.error('the agent is not configured', { reason: 'settings', why: error.message });
    else log.error('the agent failed', fieldsOf(failureOf(error)));
    return 1;
  }
}

async function initTask(log: Log): Promise<number> {
  // Process 1 of a container ignores signals that it does not ask for.
  onStop(log, () => undefined, 1);
  const { environment, files } = unpackConfig(process.env);
  const settings = readSettings(environment);
  return init(settings, world(settings, log), files);
}

async function runTask(log: Log): Promise<number> {
  const stop = new AbortController();
  onStop(
    log,
    () => {
      stop.abort();
    },
    2,
  );
  const settings = readSettings(withStoredSettings(process.env, await storedSettings()));
  const running = run(settings, world(settings, log), stop.signal);
  await serveHealth(healthSocket(settings.directory, 'agent'), running.health).catch((error: unknown) => {
    // Renewal matters more than its health check, which fails now and says why.
    log.error('the health check will fail', fieldsOf(failureOf(error)));
  });
  return running.done;
}

/** Absent where nothing runs before Envoy: then all settings are variables of the environment. */
async function storedSettings(): Promise<string | undefined> {
  const directory = process.env['MESH_DIRECTORY' satisfies MeshVariable] ?? MESH_DIRECTORY;
  return readFileIfAny(systemFiles, join(directory, AGENT_SETTINGS_FILE));
}

function world(settings: Settings, log: Log): World {
  const metadata = settings.metadataUri === undefined ? undefined : ecsMetadata(settings.metadataUri);
  return {
    clock: systemClock,
    random: () => randomInt(2 ** 32) / 2 ** 32,
    log,
    files: systemFiles,
    svids: svids(settings, metadata),
    cloudMap: serviceDiscovery(settings.region, process.env),
    parameters: settings.weights.length === 0 ? undefined : systemsManager(settings.region),
    envoy: envoyAdmin(ENVOY_ADMIN),
    metadata,
    probe: localPort,
    resolves: dnsResolver(RESOLVER_TIMEOUT_MS),
  };
}

function svids({ certificate, region }: Settings, metadata: MetadataSource | undefined): SvidSource | undefined {
  if (certificate === undefined) return undefined;
  return svidSource({
    clock: systemClock,
    identity: certificate.identity.uri,
    scope: certificate.scope,
    key: identityKey(certificate.identityKeyArn, region),
    issuer: issuingFunction(certificate.issuerArn, region),
    task: async () => (await metadata?.read())?.taskArn ?? Promise.reject(new Error('there are no metadata')),
  });
}

/** The last of so many signals ends the process at once. */
function onStop(log: Log, stop: () => void, last: number): void {
  let count = 0;
  const received = (): void => {
    count += 1;
    if (count < last) {
      stop();
      return;
    }
    log.warn('ended at once by a signal');
    process.exit(SIGTERM_CODE);
  };
  process.on('SIGTERM', received);
  process.on('SIGINT', received);
}
