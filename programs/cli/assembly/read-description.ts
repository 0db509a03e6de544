import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SystemDescription } from '../../../lib/core/description/system-description';
import { suggestion, Trouble } from '../trouble';
import { checkAssembly } from './check-assembly';

const SUFFIX = '.microservices.json';

/** Whose first part this release reads. */
const SCHEMA = /^1\./;

/**
 * The descriptions of the systems in a cloud assembly, those of its stages too, sorted by the paths of their constructs.
 *
 * @throws Trouble if there is none, or one of a release that this one cannot read
 */
export function readDescriptions(directory: string): readonly [SystemDescription, ...SystemDescription[]] {
  checkAssembly(directory);
  const files = readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith(SUFFIX));
  const [first, ...others] = files.map((file) => readDescription(join(directory, file))).sort((a, b) => (a.path < b.path ? -1 : 1));
  if (first !== undefined) return [first, ...others];
  throw new Trouble(`no system in ${directory}`, {
    fix: 'synthesize an app that has a Microservices construct with this release, or name the directory of another one with --app',
  });
}

/**
 * The one system that users ask for.
 *
 * @param place path of the construct, or of a stack or stage around it; undefined: there is one system
 */
export function readSystem(directory: string, place: string | undefined): SystemDescription {
  const all = readDescriptions(directory);
  const paths = all.map(({ path }) => path);
  const found = place === undefined ? all : all.filter(({ path }) => path === place || path.startsWith(`${place}/`));
  const [system, another] = found;
  if (system === undefined)
    throw new Trouble(`${directory} has no system in "${place ?? ''}"`, {
      allowed: paths,
      fix: suggestion(place ?? '', paths, 'name one of these with --stack'),
    });
  if (another === undefined) return system;
  throw new Trouble(`${directory} has ${found.length} systems`, {
    allowed: found.map(({ path }) => path),
    fix: `name one: --stack ${system.path}`,
    question: { message: 'Which system?', among: found.map(({ path }) => path), option: '--stack' },
  });
}

function readDescription(file: string): SystemDescription {
  let content: Partial<SystemDescription>;
  try {
    content = JSON.parse(readFileSync(file, 'utf8')) as Partial<SystemDescription>;
  } catch (error) {
    throw new Trouble(`${file} is no JSON: ${error instanceof Error ? error.message : String(error)}`, {
      fix: 'run `npx cdk synth` again',
    });
  }
  if (SCHEMA.test(content.schemaVersion ?? '')) return content as SystemDescription;
  throw new Trouble(`${file} is of version ${content.schemaVersion ?? 'none'} of its schema, and this release reads version 1`, {
    fix: 'run `npx cdk synth` again with the release of the library that this command is of',
  });
}
