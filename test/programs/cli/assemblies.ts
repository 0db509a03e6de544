import { App, CfnParameter, CfnWaitConditionHandle, Duration, NestedStack, Stack, Stage } from 'aws-cdk-lib';
import { cpSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BoutiqueStack } from '../../../examples/boutique-stack';
import { ShopStack } from '../../../examples/shop-stack';
import { teamsApp } from '../../../examples/teams';
import { Certificates, Mesh, Microservices, Placement, Timeout, type MicroservicesProps } from '../../../lib';
import flags from '../../../cdk.json';
import { service } from '../../support/stack';
import { byOtherRelease } from '../../support/task-config';

function system(stack: Stack, id: string, props: Partial<MicroservicesProps> = {}): void {
  new Microservices(stack, id, { services: { ui: service({ calls: ['catalog'] }), catalog: service() }, ...props });
}

const withVersions = {
  ui: service({ calls: ['catalog'] }),
  catalog: service({ versions: { stable: { weight: 95 }, next: { weight: 5 } } }),
};

const APPS: Readonly<Record<string, (app: App) => unknown>> = {
  shop: (app) => new ShopStack(app, 'Shop'),
  boutique: (app) => new BoutiqueStack(app, 'Boutique'),
  teams: (app) => teamsApp(app),
  'two-in-one-stack': (app) => {
    const stack = new Stack(app, 'Both');
    for (const id of ['Shop', 'Market']) system(stack, id);
  },
  stages: (app) => {
    for (const name of ['Beta', 'Prod']) system(new Stack(new Stage(app, name), 'Shop'), 'Shop');
  },
  'app-mesh': (app) => {
    system(new Stack(app, 'Old'), 'Shop', { mesh: Mesh.appMesh(), services: withVersions });
  },
  versions: (app) => {
    system(new Stack(app, 'Small'), 'Shop', { services: withVersions });
  },
  'plain-text': (app) => {
    system(new Stack(app, 'Small'), 'Shop', { services: withVersions, certificates: Certificates.none() });
  },
  before: (app) => {
    system(new Stack(app, 'Small'), 'Shop');
  },
  elsewhere: (app) => {
    system(new Stack(app, 'Other'), 'Shop');
  },
  'in-a-group': (app) => {
    const services = { ui: service({ calls: ['catalog'], group: 'all' }), catalog: service({ group: 'all' }) };
    system(new Stack(app, 'Small'), 'Shop', { services, groups: { all: Placement.nestedStack() } });
  },
  'external-host': (app) => {
    // What a nested stack gets from the one around it, through two stacks.
    const outer = new Stack(app, 'Outer');
    const host = `db.${new CfnParameter(outer, 'Domain').valueAsString}`;
    system(new NestedStack(outer, 'Inner'), 'Shop', {
      services: { ui: service({ calls: ['orders'], group: 'all' }) },
      groups: { all: Placement.nestedStack() },
      external: { orders: { host, port: 443 } },
    });
  },
  after: (app) => {
    system(new Stack(app, 'Small'), 'Shop', {
      services: {
        ui: service({ calls: ['catalog', 'basket'] }),
        catalog: service({ timeout: Timeout.perRequest(Duration.seconds(3)) }),
        basket: service(),
      },
    });
  },
  empty: (app) => new CfnWaitConditionHandle(new Stack(app, 'Empty'), 'Nothing'),
};

/** Writes outputs of cdk synth into a directory, each below its name. */
export function writeAssemblies(directory: string): void {
  for (const [name, create] of Object.entries(APPS)) {
    // As the CDK's own command does, without which templates have no paths.
    const paths = name === 'plain-text' ? {} : { 'aws:cdk:enable-path-metadata': true };
    const app = new App({ outdir: join(directory, name), context: { ...flags.context, ...paths } });
    create(app);
    app.synth();
  }
  const other = join(directory, 'other-release');
  cpSync(join(directory, 'before'), other, { recursive: true });
  // The third character differs with the dictionary.
  changeTemplates(other, (text) => text.replace(/"(eP[k-n][A-Za-z0-9+/]+={0,2})"/g, (_, packed: string) => `"${byOtherRelease(packed)}"`));
  const broken = join(directory, 'broken');
  cpSync(join(directory, 'before'), broken, { recursive: true });
  changeTemplates(broken, (text) => text.slice(0, 1000));
  for (const file of ['manifest.json', 'Small.assets.json']) {
    const copy = join(directory, `broken-${file.split('.')[file === 'manifest.json' ? 0 : 1]}`);
    cpSync(join(directory, 'before'), copy, { recursive: true });
    writeFileSync(join(copy, file), readFileSync(join(copy, file), 'utf8').slice(0, 50));
  }
}

function changeTemplates(directory: string, change: (text: string) => string): void {
  for (const name of readdirSync(directory).filter((each) => each.endsWith('.template.json'))) {
    const file = join(directory, name);
    writeFileSync(file, change(readFileSync(file, 'utf8')));
  }
}
