import { App } from 'aws-cdk-lib';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import flags from '../../../cdk.json';
import { BoutiqueStack } from '../../../examples/boutique-stack';
import { ChatStack } from '../../../examples/chat-stack';
import { ObservedStack } from '../../../examples/observed-stack';
import { ShopStack } from '../../../examples/shop-stack';
import { teamsApp } from '../../../examples/teams';
import { WarehouseStack } from '../../../examples/warehouse-stack';

const ROOT = join(__dirname, '../../..');

/** Systems by the names of their apps. */
export type Apps = Readonly<Record<string, (app: App) => unknown>>;

export const EXAMPLES = {
  shop: (app) => new ShopStack(app, 'Shop'),
  boutique: (app) => new BoutiqueStack(app, 'Boutique'),
  chat: (app) => new ChatStack(app, 'Chat'),
  warehouse: (app) => new WarehouseStack(app, 'Warehouse'),
  observed: (app) => new ObservedStack(app, 'Tickets'),
  teams: (app) => teamsApp(app),
} satisfies Apps;

export interface Ran {
  readonly exitCode: number | null;
  readonly output: string;
  readonly error: string;
}

/** The bundled program, as users have it, beside outputs of cdk synth. */
export class Bundled {
  /** Names in it are those of apps. */
  readonly directory: string;

  /** @param context beside that of the examples' cdk.json */
  constructor(apps: Apps, context: Readonly<Record<string, unknown>> = {}) {
    const parent = join(ROOT, '.cache');
    mkdirSync(parent, { recursive: true });
    // In .cache, so that the bundle finds aws-cdk-lib.
    this.directory = mkdtempSync(join(parent, 'bundled-'));
    const { status, stderr } = spawnSync(process.execPath, [join(ROOT, 'programs/cli/bundle.mjs'), join(this.directory, 'bundle')], {
      encoding: 'utf8',
    });
    if (status !== 0 || stderr !== '') throw new Error(`the program cannot be bundled: ${stderr}`);
    for (const [name, create] of Object.entries(apps)) {
      const app = new App({ outdir: join(this.directory, name), context: { ...flags.context, ...context } });
      create(app);
      app.synth();
    }
  }

  /** Names of apps are theirs in its own directory. */
  run(...args: readonly string[]): Ran {
    const program = join(this.directory, 'bundle/cdk-ecs-microservices.js');
    const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], { cwd: this.directory, encoding: 'utf8' });
    return { exitCode: status, output: stdout, error: stderr };
  }

  /** Starts what goes on until it is ended. */
  start(...args: readonly string[]): ChildProcess {
    const program = join(this.directory, 'bundle/cdk-ecs-microservices.js');
    return spawn(process.execPath, [program, ...args], { cwd: this.directory, stdio: ['ignore', 'pipe', 'pipe'] });
  }

  close(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}
