import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Writes the licenses of the packages in a bundle, which ask for a copy. @param inputs paths of its sources below `root` */
export function writeLicenses(root, inputs, output) {
  const packages = new Set(inputs.flatMap((path) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path) ?? []));
  const texts = [...packages].sort().map((path) => {
    const { name, version, license, repository } = JSON.parse(readFileSync(join(root, path, 'package.json'), 'utf8'));
    const own = readdirSync(join(root, path)).find((each) => /^licen[sc]e/i.test(each));
    // Some of AWS's packages have none; the text is that of this package's own.
    const file = own === undefined && license === 'Apache-2.0' ? 'LICENSE' : own && join(path, own);
    if (file === undefined) throw new Error(`${name} ${version} (${license}) has no file with its license`);
    // That of elkjs also asks to say where its source is.
    const source = (repository?.url ?? repository ?? '').replace(/^git\+/, '');
    return `${name} ${version}\n${source}\n\n${readFileSync(join(root, file), 'utf8').trim()}\n`;
  });
  writeFileSync(output, texts.join(`\n${'-'.repeat(80)}\n\n`));
}
