import { randomInt } from 'node:crypto';
import { AGENT_COMMANDS, type AgentCommand, type MeshVariable } from '../../lib/core/contract/agent';
import { MESH_DIRECTORY } from '../../lib/core/contract/files';
import { init, run, type World } from './commands';
import { systemClock } from './clock';
import { ENVOY_ADMIN, envoyAdmin } from './drain/envoy-admin';
import { failureOf, fieldsOf } from './failure';
import { systemFiles } from './files';
import { askHealth, healthSocket, serveHealth } from './health/socket';
import { jsonLog } from '../shared/log';
import { InvalidSettings, readSettings, type Settings } from './settings';
import type { SvidSource } from './certificate/issuing';
import { ecsMetadata, type MetadataSource } from './task-metadata';

const log = jsonLog((line) => {
  process.stdout.write(`${line}\n`);
});
const HEALTH_TIMEOUT_MS = 3000;
const SIGTERM_CODE = 143;

async function main(text: string | undefined): Promise<number> {
  const command = AGENT_COMMANDS.find((each) => each === text);
  if (command === undefined) {
    log.error('the command must be init, run or health', { command: text ?? '' });
    return 2;
  }
  return runCommand(command);
}

async function runCommand(command: AgentCommand): Promise<number> {
  switch (command) {
    case 'init':
      return doInit();
    case 'run':
      return doRun();
    case 'health':
      return health();
  }
}

async function doInit(): Promise<number> {
  // Process 1 of a container ignores signals that it does not ask for.
  onStop(() => undefined, 1);
  const settings = readSettings(process.env);
  return init(settings, await world(settings));
}

async function doRun(): Promise<number> {
  const stop = new AbortController();
  onStop(() => {
    stop.abort();
  }, 2);
  const settings = readSettings(process.env);
  const running = run(settings, await world(settings), stop.signal);
  await serveHealth(healthSocket(settings.directory), running.health).catch((error: unknown) => {
    // Renewal matters more than its health check, which fails now and says why.
    log.error('the health check will fail', fieldsOf(failureOf(error)));
  });
  return running.done;
}

async function health(): Promise<number> {
  const report = await askHealth(healthSocket(process.env['MESH_DIRECTORY' satisfies MeshVariable] ?? MESH_DIRECTORY), HEALTH_TIMEOUT_MS);
  process.stdout.write(`${report.healthy ? 'healthy' : report.problems.join('; ')}\n`);
  return report.healthy ? 0 : 1;
}

/** Loaded only by who needs it: the health check is a process of its own, every few seconds. */
async function world(settings: Settings): Promise<World> {
  const { serviceDiscovery } = await import('./aws/service-discovery.js');
  const metadata = settings.metadataUri === undefined ? undefined : ecsMetadata(settings.metadataUri);
  return {
    clock: systemClock,
    random: () => randomInt(2 ** 32) / 2 ** 32,
    log,
    files: systemFiles,
    svids: await svids(settings, metadata),
    cloudMap: serviceDiscovery(settings.region, process.env),
    // A client more costs memory that only some have a use for.
    parameters: settings.weights.length === 0 ? undefined : (await import('./aws/systems-manager.js')).systemsManager(settings.region),
    envoy: envoyAdmin(ENVOY_ADMIN),
    metadata,
  };
}

async function svids({ certificate, region }: Settings, metadata: MetadataSource | undefined): Promise<SvidSource | undefined> {
  if (certificate === undefined) return undefined;
  const [{ svidSource }, { identityKey }, { issuingFunction }] = await Promise.all([
    import('./certificate/issuing.js'),
    import('./aws/identity-key.js'),
    import('./aws/issuing-function.js'),
  ]);
  return svidSource({
    clock: systemClock,
    identity: certificate.identity.uri,
    mesh: certificate.mesh,
    key: identityKey(certificate.identityKeyArn, region),
    issuer: issuingFunction(certificate.issuerArn, region),
    task: async () => (await metadata?.read())?.taskArn ?? Promise.reject(new Error('there are no metadata')),
  });
}

/** The last of so many signals ends the process at once. */
function onStop(stop: () => void, last: number): void {
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

main(process.argv[2]).then(
  (code) => process.exit(code),
  (error: unknown) => {
    if (error instanceof InvalidSettings) log.error('the agent is not configured', { reason: 'settings', why: error.message });
    else log.error('the agent failed', fieldsOf(failureOf(error)));
    process.exit(1);
  },
);
