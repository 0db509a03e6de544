import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { readTemplate } from '../../../../programs/import/app-mesh/read-template';
import { toMeshView } from '../../../../programs/import/app-mesh/to-mesh-view';
import { IssueList } from '../../../../lib/core/reading/issues';
import { expectGolden, pretty } from '../../../support/golden';
import { parseYamlTemplate } from './yaml';

/**
 * Thirteen templates of https://github.com/aws/aws-app-mesh-examples, which are no part of this repository: they are looked for
 * in a folder beside it, and what they say is skipped, with one line, where that is not there.
 */
const TEMPLATES = join(__dirname, '../../../../../shared/app-mesh-templates');

const there = existsSync(TEMPLATES);
if (!there) process.stderr.write(`SKIPPED: what real App Mesh templates say is not tested, since ${TEMPLATES} is not there\n`);

(there ? test : test.skip)('the thirteen templates of real users say what was reviewed', () => {
  const files = readdirSync(TEMPLATES)
    .filter((name) => /\.ya?ml$/.test(name))
    .sort();
  expect(files).toHaveLength(13);
  const outputs = files.map((file) => {
    const issues = new IssueList();
    const model = readTemplate(parseYamlTemplate(readFileSync(join(TEMPLATES, file), 'utf8')), {}, issues);
    const meshes = model.meshes.map((mesh) => toMeshView(mesh, issues));
    return [`${basename(file, extname(file))}.json`, pretty({ meshes, issues: issues.all })] as const;
  });
  expectGolden(join(__dirname, 'cases'), new Map(outputs));
});
