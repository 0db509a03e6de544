import { App } from 'aws-cdk-lib';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import flags from '../../../../cdk.json';
import { BoutiqueStack } from '../../../../examples/boutique-stack';
import { ChatStack } from '../../../../examples/chat-stack';
import { ObservedStack } from '../../../../examples/observed-stack';
import { ShopStack } from '../../../../examples/shop-stack';
import { teamsApp } from '../../../../examples/teams';
import { WarehouseStack } from '../../../../examples/warehouse-stack';
import type { SystemDescription } from '../../../../lib/core/description/system-description';
import { readSystem } from '../../../../programs/cli/assembly/read-description';
import { largeApp } from '../../../support/large-system';

const EXAMPLES: Readonly<Record<string, (app: App) => unknown>> = {
  shop: (app) => new ShopStack(app, 'Shop'),
  boutique: (app) => new BoutiqueStack(app, 'Boutique'),
  chat: (app) => new ChatStack(app, 'Chat'),
  warehouse: (app) => new WarehouseStack(app, 'Warehouse', { env: { account: '111122223333', region: 'eu-west-1' } }),
  observed: (app) => new ObservedStack(app, 'Tickets', { env: { account: '111122223333', region: 'eu-west-1' } }),
  teams: (app) => teamsApp(app),
};

/** What synthesis writes of each example, and of a system of 60 services. */
export function describedSystems(): ReadonlyMap<string, SystemDescription> {
  const directory = mkdtempSync(join(tmpdir(), 'diagram-'));
  try {
    const examples = Object.entries(EXAMPLES).map(([name, create]): [string, SystemDescription] => {
      const app = new App({ outdir: join(directory, name), context: flags.context });
      create(app);
      app.synth();
      return [name, readSystem(join(directory, name), undefined)];
    });
    largeApp({ services: 60, routes: 30 }, join(directory, 'large')).synth();
    return new Map([...examples, ['large', readSystem(join(directory, 'large'), undefined)]]);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
