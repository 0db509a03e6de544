import { buildSync } from 'esbuild';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { caseNames, planCase } from '../support/cases';
import { run } from './runner/run-process';
import { e2e } from './suite';
import { findTools, REPOSITORY } from './tools';

/** Packs what the first file holds, as the library does and as the zlib of Node.js would, and says which versions do it. */
const PROGRAM = `
  import { readFileSync } from 'node:fs';
  import { deflateSync } from 'node:zlib';
  import { packConfig } from '${REPOSITORY}/lib/core/plan/pack-config';
  const configs = JSON.parse(readFileSync(process.argv[2], 'utf8'));
  process.stdout.write(JSON.stringify({
    node: process.versions.node,
    packed: configs.map((config) => packConfig(config).MESH_CONFIG),
    byNode: deflateSync(JSON.stringify(configs), { level: 9 }).toString('base64'),
  }));
`;

interface Output {
  readonly node: string;
  readonly packed: readonly string[];
  readonly byNode: string;
}

e2e('two versions of Node.js', () => {
  test('pack every configuration into the same bytes', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'cem-node-'));
    try {
      const [program, input] = [join(directory, 'pack.cjs'), join(directory, 'configs.json')];
      buildSync({
        stdin: { contents: PROGRAM, resolveDir: REPOSITORY, loader: 'ts' },
        outfile: program,
        bundle: true,
        platform: 'node',
        target: 'node20',
        logLevel: 'error',
      });
      const plans = caseNames().flatMap((name) => {
        const plan = planCase(name);
        return typeof plan === 'string' ? [] : [plan];
      });
      const configs = plans.flatMap(({ workloads }) =>
        workloads.flatMap(({ containers }) => containers.flatMap(({ config = [] }) => config)),
      );
      writeFileSync(input, JSON.stringify(configs));
      const outputs = await Promise.all(
        [process.execPath, findTools().otherNode].map(async (node) => {
          const { code, stdout, stderr } = await run([node, program, input], { timeoutMs: 60_000 });
          expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
          return JSON.parse(stdout) as Output;
        }),
      );
      const [own, other] = outputs;
      expect(own?.node.split('.')[0]).not.toBe(other?.node.split('.')[0]);
      expect(own?.packed.length).toBeGreaterThan(50);
      expect(own?.packed).toEqual(other?.packed);
      process.stderr.write(
        `FIGURE configurations of ${own?.packed.length ?? 0} tasks on Node.js ${outputs.map(({ node }) => node).join(' and ')}: the same ` +
          `bytes; with the zlib of Node.js they would ${own?.byNode === other?.byNode ? 'be the same' : 'differ'}\n`,
      );
    } finally {
      rmSync(directory, { recursive: true });
    }
  }, 120_000);
});
