/** The licenses of bundled packages, which ask for a copy. */
import { readFileSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** @param inputs paths of all files of a bundle, from the root of the repository */
export function licensesOf(inputs, root) {
  const packages = new Set(inputs.flatMap((path) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path) ?? []));
  const byText = new Map();
  for (const path of [...packages].sort()) {
    const { name, version, license, repository } = JSON.parse(readFileSync(join(root, path, 'package.json'), 'utf8'));
    const file = licenseIn(join(root, path)) ?? licenseOfScope(join(root, 'node_modules', dirname(name)), license);
    if (file === undefined) throw new Error(`${name} ${version} (${license}) has no file with its license`);
    const text = readFileSync(file, 'utf8').trim();
    // That of elkjs also asks to say where its source is.
    const source = (repository?.url ?? repository ?? '').replace(/^git\+/, '');
    byText.set(text, [...(byText.get(text) ?? []), `${name} ${version}\n${source}\n`]);
  }
  return [...byText].map(([text, names]) => `${names.join('')}\n${text}\n`).join(`\n${'-'.repeat(80)}\n\n`);
}

function licenseIn(directory) {
  const file = readdirSync(directory).find((each) => /^licen[sc]e/i.test(each));
  return file === undefined ? undefined : join(directory, file);
}

/** Some packages of the AWS SDK have none, and stand beside others of the same repository and license that have it. */
function licenseOfScope(scope, license) {
  if (!basename(scope).startsWith('@')) return undefined;
  const licenseOf = (name) => JSON.parse(readFileSync(join(scope, name, 'package.json'), 'utf8')).license;
  const others = readdirSync(scope).filter((name) => licenseOf(name) === license);
  return others.map((name) => licenseIn(join(scope, name))).find((file) => file !== undefined);
}
