import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { identityFile, trustFile } from '../../programs/agent/certificate/sds';
import { edsFile, edsPath } from '../../programs/agent/endpoints/eds';
import { runtimeFile, weightsPath } from '../../programs/agent/weights/runtime-file';
import { FIRST_PROXY_MINOR } from '../../lib/core/model/images';
import { PROXY_CONTAINER } from '../../lib/core/model/constants';
import type { WorkloadPlan } from '../../lib/core/plan/system-plan';
import { ENVOY_CONFIG_FILE, MESH_DIRECTORY } from '../../lib/core/contract/files';
import { Authority } from '../programs/agent/authority';
import { caseNames, configOf, planCase } from '../support/cases';
import { run } from './runner/run-process';
import { e2e } from './suite';
import { findTools } from './tools';

/** Puts a directory where the volume of the agent is, for the one command that follows. */
const WITH_FILES =
  `mount --make-rprivate /; mount -t tmpfs tmpfs ${dirname(MESH_DIRECTORY)}; mkdir ${MESH_DIRECTORY}; mount ` +
  `--bind "$1" ${MESH_DIRECTORY}; shift; exec "$@"`;

/** Case, task, what Envoy starts with, and its variables. */
function proxiesOf(version?: string): ReadonlyArray<readonly [string, string, string, Readonly<Record<string, string>>]> {
  return caseNames().flatMap((name) => {
    const plan = planCase(name, version);
    if (typeof plan === 'string') return [];
    return plan.workloads.flatMap((task) => {
      const config = configOf(task);
      return config === undefined ? [] : [[name, task.name, JSON.stringify(config), variablesOf(task)] as const];
    });
  });
}

/** With any value where the deployment alone knows it. */
function variablesOf({ containers }: WorkloadPlan): Readonly<Record<string, string>> {
  const proxy = containers.find(({ name }) => name === PROXY_CONTAINER);
  const deployed = Object.keys(proxy?.deployedEnvironment ?? {}).map((name) => [name, 'key=value']);
  return { ...proxy?.environment, ...(Object.fromEntries(deployed) as Record<string, string>) };
}

e2e('a real Envoy', () => {
  const ENVOYS = [
    ['that is pinned', 'envoy', proxiesOf()],
    // What needs a newer one is an issue.
    ['that is the oldest accepted', 'oldestEnvoy', proxiesOf(`v1.${FIRST_PROXY_MINOR}.0`)],
  ] as const;
  const configurations = ENVOYS[0][2].map(([, , config]) => config).join();

  let files: string;
  beforeAll(async () => {
    files = mkdtempSync(join(tmpdir(), 'cem-validate-'));
    const { certificateChain, privateKey, trustBundle } = await (await Authority.create('one', Date.now())).issue();
    writeFileSync(join(files, 'identity.json'), identityFile({ certificateChain, privateKey }));
    writeFileSync(join(files, 'trust.json'), trustFile(trustBundle));
    for (const [, cluster = ''] of configurations.matchAll(/eds-([\w-]+)\.json/g))
      writeFileSync(edsPath(files, cluster), edsFile({ cluster, port: 15006, instances: [], preferredZone: undefined }));
    for (const [, service = ''] of configurations.matchAll(/weights-([\w-]+)\.json/g)) {
      writeFileSync(
        weightsPath(files, service),
        runtimeFile(
          { service, parameter: '', versions: [{ name: 'v1', cluster: `${service}-v1` }], routes: [], tcp: false },
          { weights: { v1: 1 }, routes: {} },
          'fails',
        ),
      );
    }
  });
  afterAll(() => {
    rmSync(files, { recursive: true });
  });

  test('is asked about something', () => {
    for (const [, , asked] of ENVOYS) expect(asked.length).toBeGreaterThan(10);
  });

  describe.each(ENVOYS)('%s', (_, program, asked) => {
    test.each(asked)('accepts the configuration of %s / %s, and warns of nothing', async (_case, _task, config, env) => {
      writeFileSync(join(files, ENVOY_CONFIG_FILE), config);
      const { code, stderr } = await run(
        [
          'unshare',
          '--mount',
          'sh',
          '-euc',
          WITH_FILES,
          'validate',
          files,
          findTools()[program],
          '--mode',
          'validate',
          '-c',
          `${MESH_DIRECTORY}/${ENVOY_CONFIG_FILE}`,
        ],
        { timeoutMs: 60_000, env },
      );
      expect({
        code,
        complaints: stderr
          .split('\n')
          .filter((line) => /\[(warning|error|critical)\]|deprecated|"level":"(warning|error|critical)"/i.test(line)),
      }).toEqual({ code: 0, complaints: [] });
    });
  });
});
