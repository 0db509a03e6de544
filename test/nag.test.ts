import type { App, Stack } from 'aws-cdk-lib';
import * as apigateway from 'aws-cdk-lib/aws-apigateway';
import type { ApplicationListener } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { ApplicationLoadBalancer, ListenerAction } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import type { NagPack } from 'cdk-nag';
import { AwsSolutionsChecks, HIPAASecurityChecks, NIST80053R5Checks, PCIDSS321Checks } from 'cdk-nag';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import flags from '../cdk.json';
import { BoutiqueStack } from '../examples/boutique-stack';
import { ChatStack } from '../examples/chat-stack';
import { ObservedStack } from '../examples/observed-stack';
import { ShopStack } from '../examples/shop-stack';
import { WarehouseStack } from '../examples/warehouse-stack';
import { Authorizer, Certificates, Edge, LoadBalancerTarget, Mesh } from '../lib';
import type { Microservices, MicroservicesProps } from '../lib';
import type { Acknowledgement } from '../lib/cdk/acknowledge';
import { ACKNOWLEDGEMENTS } from '../lib/cdk/acknowledge';
import { expectPart } from './support/generated-part';
import { filesBelow } from './support/pages';
import { SHAPES, newApp, quiet, stackOf } from './support/shapes';
import { service } from './support/stack';

const PACKS = [AwsSolutionsChecks, HIPAASecurityChecks, NIST80053R5Checks, PCIDSS321Checks];

/** What users choose, by rules without the name of their pack. Every other finding in a system is the library's to fix or to explain. */
const CHOICES: Readonly<Record<string, { readonly choice: string; readonly change: string }>> = {
  APIG1: { choice: 'no access logs', change: 'leave out `accessLogs: false`' },
  'APIGWExecutionLoggingEnabled, APIG6': {
    choice: 'no execution logs of a REST API: they cost, and go to a log group of their own without retention',
    change: '`LoggingLevel` in the `MethodSettings` of the stage, by an escape hatch on `restApi.deploymentStage`',
  },
  APIG2: { choice: 'requests that only the service validates', change: '`validation` of routes' },
  APIGWCacheEnabledAndEncrypted: {
    choice: '`cache` of some routes of a REST API, or one that is not encrypted',
    change: '`cache` of the other routes, and `encrypted: true`',
  },
  ALBWAFEnabled: {
    choice: 'a load balancer of an edge without a web ACL',
    change: '`firewall` of the edge',
  },
  EC23: { choice: 'a load balancer of an edge that everybody reaches', change: '`internetFacing: false`, or a `loadBalancer` of your own' },
  'ELB2, ELBLoggingEnabled': { choice: 'a load balancer of an edge without access logs', change: '`accessLogBucket`' },
  ELBDeletionProtectionEnabled: { choice: 'a load balancer of an edge that can be deleted', change: '`deletionProtection: true`' },
  'APIG3, APIGWAssociatedWithWAF': { choice: 'no web ACL', change: '`firewall` of the edge' },
  APIG4: { choice: 'a route with `Authorizer.none()` or `Authorizer.apiKey()`', change: 'another authorizer' },
  COG4: { choice: 'a route of a REST API with another authorizer than a user pool', change: '`Authorizer.cognito()`' },
  CloudWatchAlarmAction: { choice: '`certificateAlarm` without an action', change: '`certificateAlarm.addAlarmAction()`' },
  CloudWatchLogGroupEncrypted: { choice: 'log groups without a key of their own', change: '`logs: { encryptionKey }`' },
  ECS2: { choice: 'environment variables in containers of a service', change: '`secrets`, or an acknowledgement of your own' },
  IAM5: {
    choice: "statements on everything that are granted to a service's roles, such as those of `enableExecuteCommand`",
    change: 'narrower statements',
  },
  IAMNoInlinePolicy: {
    choice: "the policy of what is granted to a service's role, which the CDK makes inline",
    change: "managed policies on the service's `taskRole`",
  },
  LambdaConcurrency: {
    choice: 'no limit on the function that issues certificates',
    change: '`reservedConcurrentExecutions` of `Certificates.kms()` and `privateCa()`',
  },
  WAFv2LoggingEnabled: {
    choice: 'no log of the web ACL of `Firewall.managed()`, which has metrics and samples',
    change: 'a `CfnLoggingConfiguration` with `webAcl.attrArn` of the edge',
  },
};

const withoutPack = (id: string): string => id.replace(/^(AwsSolutions|HIPAA\.Security|NIST\.800\.53\.R5|PCI\.DSS\.321)-|\[.*\]$/g, '');
const CHOSEN = new Set(Object.keys(CHOICES).flatMap((rules) => rules.split(', ')));

interface Finding {
  readonly rule: string;
  readonly path: string;
}

/** As `cdk synth` finds them, without the report. */
function findings(app: App, honest = true): readonly Finding[] {
  app.synth();
  return PACKS.flatMap((Pack) => {
    const pack: NagPack = new Pack();
    // All that rules find, with a reason or without.
    if (!honest) Object.assign(pack, { isAcknowledged: () => false });
    const { violations } = pack.validateScope(app);
    return violations.flatMap(({ ruleName: rule, violatingResources }) =>
      (violatingResources as readonly { readonly constructPath?: string }[]).map(({ constructPath = '' }) => ({
        rule,
        path: constructPath,
      })),
    );
  });
}

const shown = (found: readonly Finding[]): readonly string[] => found.map(({ rule, path }) => `${rule} ${path}`).sort();

function appWith(props: (stack: Stack) => MicroservicesProps, app = newApp()): { readonly app: App; readonly shop: Microservices } {
  return { app, shop: stackOf(props, app).shop };
}

/** Findings in the system: what stands beside it is not ours. */
const inSystem = (found: readonly Finding[]): readonly Finding[] => found.filter(({ path }) => path.startsWith('Stack/Shop/'));

describe.each(Object.entries(SHAPES))('a system %s', (_, props) => {
  test('has no findings but in what its user chooses', () => {
    const found = inSystem(findings(appWith(props).app));
    expect(found.filter(({ rule }) => !CHOSEN.has(withoutPack(rule)))).toEqual([]);
    expect(shown(found)).toMatchSnapshot();
  });

  test('acknowledges nothing that no rule finds', () => {
    const { app } = appWith(props);
    const all = new Set(shown(findings(app, false)));
    const needless = acknowledged(app).filter((each) => !all.has(each) && !each.startsWith('CloudFormation-Validate'));
    expect(needless).toEqual([]);
  });
});

/** What the library has written into the tree, as findings. */
function acknowledged(app: App): readonly string[] {
  return app.node
    .findAll()
    .flatMap(({ node }) =>
      node.metadata
        .filter(({ type }) => type === 'aws:cdk:acknowledged-rules')
        .flatMap(({ data }) => Object.keys(data as object).map((id) => `${id.replace(/^annotation::/i, '')} ${node.path}`)),
    );
}

test('a cache that a user switches on by the handle of the stage is found', () => {
  const { app, shop } = appWith(() => ({
    services: { ui: service() },
    edge: Edge.restApi({ authorizer: Authorizer.iam(), routes: { 'GET /': { service: 'ui' } } }),
  }));
  const stage = shop.edge().restApi?.deploymentStage.node.defaultChild as apigateway.CfnStage;
  stage.cacheClusterEnabled = true;
  stage.methodSettings = [{ httpMethod: '*', resourcePath: '/*', cachingEnabled: true, cacheDataEncrypted: false }];
  const rules = inSystem(findings(app)).map(({ rule }) => withoutPack(rule));
  expect(rules).toContain('APIGWCacheEnabledAndEncrypted');
  expect(rules).not.toContain('APIGWSSLEnabled');
});

test('every acknowledgement is made in one of these systems, so that none is for what is gone', () => {
  const ids = new Set(
    Object.values(SHAPES).flatMap((props) => {
      const { app } = appWith(props);
      findings(app);
      return acknowledged(app).map((each) =>
        each
          .split(' ')[0]
          ?.replace(/<.*\.Arn>/, '<function>')
          .replace(/::arn:.*:task\/.*\/\*\]$/, '::<tasks>]')
          .replace(/::arn:.*:parameter\/mesh-\*-.*\]$/, '::<parameters>]'),
      );
    }),
  );
  const all = Object.values(ACKNOWLEDGEMENTS).flatMap(({ rules }: Acknowledgement) => rules);
  expect(all.filter((id) => !ids.has(id.split(' ')[0]))).toEqual([]);
});

test('nothing is acknowledged but by the table', () => {
  const files = filesBelow(['lib']).filter((file) => file !== 'lib/cdk/acknowledge.ts');
  const other = /Validations\.of|acknowledge\(\s*\{|addMetadata\(|cdk_nag|NagSuppressions|acknowledged-rules/;
  expect(files.length).toBeGreaterThan(200);
  expect(files.filter((file) => other.test(readFileSync(join(__dirname, '..', file), 'utf8')))).toEqual([]);
  expect(other.test(readFileSync(join(__dirname, '../lib/cdk/acknowledge.ts'), 'utf8'))).toBe(true);
});

test('what a rule finds in a load balancer of the user, it finds whatever it leads to', () => {
  const of = (lead: (listener: ApplicationListener, shop: Microservices) => void): readonly string[] => {
    const app = newApp();
    const { stack, shop } = stackOf(() => ({ services: { ui: service({ loadBalancerTarget: LoadBalancerTarget.application() }) } }), app);
    const balancer = new ApplicationLoadBalancer(stack, 'Balancer', { vpc: shop.vpc, internetFacing: true });
    lead(balancer.addListener('Http', { port: 80 }), shop);
    return shown(findings(app).filter(({ path }) => path.startsWith('Stack/Balancer/')));
  };
  const found = of((listener, shop) => {
    listener.addTargets('Ui', { port: 80, targets: [shop.service('ui').workload().loadBalancerTarget()] });
  });
  expect(found).toEqual(
    of((listener) => {
      listener.addAction('Nothing', { action: ListenerAction.fixedResponse(404) });
    }),
  );
  expect(found.map((each) => each.split(' ')[0])).toContain('AwsSolutions-ELB2');
});

test('an app without feature flags has the same findings', () => {
  const props = SHAPES['behind a REST API with every authorizer'];
  if (props === undefined) throw new Error('no such system');
  const of = (context: Record<string, unknown>): readonly string[] => shown(inSystem(findings(appWith(props, newApp(context)).app)));
  expect(of({})).toEqual(of(flags.context));
});

describe('what a user chooses is found', () => {
  const plain = { services: { ui: service() } };
  const edge = (authorizer: 'none' | 'apiKey' | 'iam', more = {}): MicroservicesProps => ({
    ...plain,
    edge: Edge.restApi({ authorizer: Authorizer[authorizer](), routes: { 'GET /': { service: 'ui' } }, ...more }),
  });
  const http = (more = {}): MicroservicesProps => ({
    ...plain,
    edge: Edge.httpApi({ authorizer: Authorizer.none(), routes: { 'GET /': { service: 'ui' } }, ...more }),
  });
  const star = new iam.PolicyStatement({ actions: ['s3:GetObject'], resources: ['*'] });

  const rows: readonly (readonly [string, MicroservicesProps, readonly string[], ((shop: Microservices) => void)?])[] = [
    ['a public REST API', edge('none'), ['APIG2', 'APIG3', 'APIG4', 'APIG6', 'COG4']],
    ['API keys alone', edge('apiKey'), ['APIG4', 'COG4']],
    ['another authorizer than a user pool', edge('iam'), ['COG4']],
    ['a REST API without access logs', edge('iam', { accessLogs: false }), ['APIG1']],
    ['a public HTTP API', http(), ['APIG4']],
    ['an HTTP API without access logs', http({ accessLogs: false }), ['APIG1']],
    ['an HTTP API without access logs, with a stage of its own', http({ accessLogs: false, stageName: 'live' }), ['APIG1']],
    ['environment variables', { services: { ui: service({ environment: { PASSWORD: 'x' } }) } }, ['ECS2']],
    [
      'environment variables of an extra container',
      { services: { ui: service({ extraContainers: { log: { image: service().image, environment: { PASSWORD: 'x' } } } }) } },
      ['ECS2'],
    ],
    [
      'an environment variable that is added',
      plain,
      ['ECS2'],
      (shop) => {
        shop.service('ui').workload().container.addEnvironment('PASSWORD', 'x');
      },
    ],
    [
      "an environment variable that is added to the mesh's own container",
      plain,
      ['ECS2'],
      (shop) => {
        shop.service('ui').workload().proxyContainer.addEnvironment('PASSWORD', 'x');
      },
    ],
    [
      'a container that is added',
      plain,
      ['ECS2'],
      (shop) => {
        shop
          .service('ui')
          .workload()
          .taskDefinition.addContainer('own', { image: service().image, environment: { PASSWORD: 'x' } });
      },
    ],
    [
      'a wide grant to a service',
      plain,
      ['IAM5[Resource::*]', 'IAMNoInlinePolicy'],
      (shop) => {
        shop.service('ui').grantPrincipal.addToPrincipalPolicy(star);
      },
    ],
    [
      'a wide grant to an execution role',
      plain,
      ['IAM5[Resource::*]'],
      (shop) => {
        shop.service('ui').workload().taskDefinition.addToExecutionRolePolicy(star);
      },
    ],
    [
      'a wide grant of what tokens are for',
      plain,
      ['IAM5[Action::ecr:*]', 'IAM5[Resource::*]'],
      (shop) => {
        shop
          .service('ui')
          .workload()
          .taskDefinition.addToExecutionRolePolicy(new iam.PolicyStatement({ actions: ['ecr:*'], resources: ['*'] }));
      },
    ],
    [
      'a public method beside ours',
      edge('iam'),
      ['APIG4'],
      (shop) => {
        shop.edge().restApi?.root.addResource('own').addMethod('GET', new apigateway.MockIntegration());
      },
    ],
    ['log groups without a key', plain, ['CloudWatchLogGroupEncrypted']],
    ['an alarm without an action', plain, ['CloudWatchAlarmAction']],
    ['no limit on the function that issues', plain, ['LambdaConcurrency']],
  ];

  test.each(rows.map(([title, props, rules, then]) => [title, { props, rules, then }] as const))('%s', (_, { props, rules, then }) => {
    const { app, shop } = appWith(() => props);
    then?.(shop);
    const found = inSystem(findings(app)).map(({ rule }) =>
      rule.replace(/^(AwsSolutions|HIPAA\.Security|NIST\.800\.53\.R5|PCI\.DSS\.321)-/, ''),
    );
    expect([...new Set(found)].filter((rule) => rules.includes(rule)).sort()).toEqual([...rules].sort());
  });

  test('a system whose user has changed what they can has no findings', () => {
    const { app, shop } = appWith((stack) => ({
      ...plain,
      certificates: Certificates.kms({ reservedConcurrentExecutions: 10 }),
      logs: { encryptionKey: new kms.Key(stack, 'Key', { enableKeyRotation: true }) },
      edge: Edge.httpApi({ authorizer: Authorizer.iam(), routes: { 'GET /': { service: 'ui' } } }),
    }));
    shop.certificateAlarm?.addAlarmAction({ bind: () => ({ alarmActionArn: 'arn:aws:sns:eu-west-1:111122223333:topic' }) });
    expect(inSystem(findings(app))).toEqual([]);
  });
});

describe('the examples', () => {
  const EXAMPLES: readonly (readonly [string, (app: App) => Stack])[] = [
    ['the retail store', (app) => new ShopStack(app, 'Shop')],
    ['the retail store on App Mesh', (app) => quiet(new ShopStack(app, 'Shop', { mesh: Mesh.appMesh(), partners: false }))],
    ['Online Boutique', (app) => new BoutiqueStack(app, 'Boutique')],
    ['the chat', (app) => new ChatStack(app, 'Chat')],
    ['the warehouse', (app) => new WarehouseStack(app, 'Warehouse')],
    ['the ticket office', (app) => new ObservedStack(app, 'Tickets')],
  ];

  test.each(EXAMPLES)('%s has no findings but in what it chooses', (_, create) => {
    const app = newApp();
    create(app);
    const found = findings(app);
    expect(found.filter(({ rule }) => rule.startsWith('AwsSolutions') || !CHOSEN.has(withoutPack(rule)))).toEqual([]);
    expect(shown(found)).toMatchSnapshot();
  });
});

describe('docs/security.md', () => {
  test('lists every acknowledgement with its reason', () => {
    const rows = Object.values(ACKNOWLEDGEMENTS).map(
      ({ resource, rules, reason }: Acknowledgement) => `| ${resource} | ${rulesOf(rules)} | ${reason} |`,
    );
    expectPart(
      'docs/security.md',
      'acknowledgements: made by test/nag.test.ts',
      ['| In | Rules | Reason |', '|---|---|---|', ...rows].join('\n'),
    );
  });

  test('lists every choice that is found', () => {
    const rows = Object.entries(CHOICES).map(
      ([rules, { choice, change }]) =>
        `| ${rules
          .split(', ')
          .map((each) => `\`${each}\``)
          .join(', ')} | ${choice} | ${change} |`,
    );
    expectPart(
      'docs/security.md',
      'choices: made by test/nag.test.ts',
      ['| Rule | Choice | What changes it |', '|---|---|---|', ...rows].join('\n'),
    );
  });
});

/** A rule that several packs have, once. */
function rulesOf(ids: readonly string[]): string {
  const names = ids.map((id) => id.replace(/^(HIPAA\.Security|NIST\.800\.53\.R5|PCI\.DSS\.321)-/, '').replaceAll('|', '\\|'));
  return [...new Set(names)].map((name) => `\`${name}\``).join(', ');
}
