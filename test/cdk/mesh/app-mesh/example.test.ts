import { Annotations, App, Validations } from 'aws-cdk-lib';
import { Annotations as Found, Match, Template } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import flags from '../../../../cdk.json';
import { ShopStack } from '../../../../examples/shop-stack';
import { Mesh } from '../../../../lib';
import { withCdkValidation } from '../../../support/cdk-validation';

const CFN_LINT = join(__dirname, '../../../../.cache/tools/bin/cfn-lint');

/** The retail store, whose props are those of `Mesh.envoy()`, but without what virtual gateways cannot do: caching for partners. */
function shopOnAppMesh(app = new App({ context: flags.context })): ShopStack {
  return new ShopStack(app, 'Shop', { mesh: Mesh.appMesh(), partners: false });
}

/** Assets are reviewed as sources: their hashes change with every line of the agent. */
function withoutHashes(template: unknown): unknown {
  return JSON.parse(JSON.stringify(template).replace(/[0-9a-f]{64}/g, '(hash)'));
}

const warningsOf = (stack: ShopStack): readonly string[] =>
  Found.fromStack(stack)
    .findWarning('*', Match.anyValue())
    .map(({ entry }) => JSON.stringify(entry.data).replace(/^"|:.*/gs, ''));

const template = Template.fromStack(shopOnAppMesh()).toJSON();

test('synthesizes to the reviewed template', () => {
  expect(withoutHashes(template)).toMatchSnapshot();
});

test('warns that the service was shut down, and of what its gateway does not do', () => {
  expect(warningsOf(shopOnAppMesh())).toEqual(['mesh', 'edges.default']);
});

test('the warnings can be acknowledged', () => {
  const stack = shopOnAppMesh();
  for (const id of ['app-mesh-shut-down', 'app-mesh-edge'])
    Annotations.of(stack.shop).acknowledgeWarning(`cdk-ecs-microservices:${id}`, 'This account still has it.');
  expect(warningsOf(stack)).toEqual([]);
});

test("passes cdk-nag's AwsSolutions pack, with a written reason for every exception", () => {
  const app = new App({ context: flags.context });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  const stack = shopOnAppMesh(app);
  for (const id of ['app-mesh-shut-down', 'app-mesh-edge'])
    Annotations.of(stack.shop).acknowledgeWarning(`cdk-ecs-microservices:${id}`, 'This account still has it.');
  const { directory } = withCdkValidation(() => app.synth());
  // What is merely a warning does not throw, but is in the report; what has a reason stands apart.
  const report = JSON.parse(readFileSync(join(directory, 'validation-report.json'), 'utf8')) as {
    readonly pluginReports: readonly { readonly violations: readonly { readonly ruleName: string }[] }[];
  };
  expect(report.pluginReports.flatMap(({ violations }) => violations.map(({ ruleName }) => ruleName))).toEqual([]);
});

/**
 * "Resource type is from a service that will be shut down on 2026-09-30", once for each resource of App Mesh: our own warning says
 * it once.
 */
const SHUT_DOWN = 'W3696';
/** "Dependency already enforced by a GetAtt": it does no harm, and the CDK makes them for every mesh. */
const TWICE = 'W3005';

(existsSync(CFN_LINT) || process.env['CI'] === 'true' ? test : test.skip)(
  'passes cfn-lint, but for the warnings that the service was shut down',
  () => {
    const directory = mkdtempSync(join(tmpdir(), 'app-mesh-'));
    try {
      const path = join(directory, 'template.json');
      writeFileSync(path, JSON.stringify(template));
      const { stdout, stderr } = spawnSync(CFN_LINT, ['--regions', 'eu-west-1', '--format', 'json', '--', path], {
        encoding: 'utf8',
        maxBuffer: 64 * 1024 * 1024,
      });
      expect(stderr).toBe('');
      const rules = (JSON.parse(stdout) as readonly { readonly Rule: { readonly Id: string } }[]).map(({ Rule }) => Rule.Id);
      expect(rules).toContain(SHUT_DOWN);
      expect(rules.filter((rule) => rule !== SHUT_DOWN && rule !== TWICE)).toEqual([]);
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  },
  120_000,
);
