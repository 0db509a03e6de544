import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { builtOnce } from './built-once';
import { REPOSITORY } from './tools';

const BUNDLER = join(REPOSITORY, 'programs/agent/bundle.mjs');

export interface AgentImage {
  /** What the image's /agent holds. */
  readonly directory: string;
  /** What its entry point gives to Node.js. */
  readonly options: readonly string[];
  /** What its Dockerfile sets. */
  readonly environment: Readonly<Record<string, string>>;
}

let image: AgentImage | undefined;

/** The image's assets, as the package's build makes them of the sources of today. */
export function agentImage(): AgentImage {
  image ??= make();
  return image;
}

function make(): AgentImage {
  const directory = builtOnce('agent', sources(), (draft) => {
    const { status, stderr } = spawnSync(process.execPath, [BUNDLER, draft], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`programs/agent/bundle.mjs failed: ${stderr}`);
  });
  const dockerfile = readFileSync(join(directory, 'Dockerfile'), 'utf8');
  const entryPoint = /^ENTRYPOINT (\[.*\])$/m.exec(dockerfile)?.[1];
  if (entryPoint === undefined) throw new Error("the agent's Dockerfile has no ENTRYPOINT");
  const [, ...options] = JSON.parse(entryPoint) as readonly string[];
  const environment = Object.fromEntries([...dockerfile.matchAll(/^ENV (\w+)=(\S+)$/gm)].map(([, name, value]) => [name, value]));
  return { directory, options: options.slice(0, -1), environment };
}

function sources(): readonly { readonly name: string; readonly text: string }[] {
  const names = ['programs/agent', 'programs/aggregator', 'programs/images', 'programs/shared', 'lib/core/contract'].flatMap((room) =>
    readdirSync(join(REPOSITORY, room), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name)),
  );
  return [...names, join(REPOSITORY, 'lib/core/model/images.ts'), join(REPOSITORY, 'package-lock.json')]
    .sort()
    .map((name) => ({ name: name.slice(REPOSITORY.length), text: readFileSync(name, 'utf8') }));
}
