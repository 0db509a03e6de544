import { readFileSync } from 'node:fs';
import ts from 'typescript';
import type { Mutant } from './compile';

/** The names of all fields that the interfaces and types of these files have. */
export function fieldNames(files: readonly string[]): ReadonlySet<string> {
  const names = new Set<string>();
  for (const file of files) visit(parse(file), (node) => ts.isPropertySignature(node) && names.add(nameOf(node)));
  names.delete('');
  return names;
}

export interface MisspeltMessage extends Mutant {
  readonly line: string;
}

/** A mutant for each object of a file with one of these fields: it has one more field, which no message has. */
export function misspelt(file: string, fields: ReadonlySet<string>): readonly MisspeltMessage[] {
  const source = parse(file);
  const mutants: MisspeltMessage[] = [];
  visit(source, (node) => {
    if (!ts.isObjectLiteralExpression(node) || !node.properties.some((each) => fields.has(nameOf(each)))) return;
    const start = node.getStart(source) + 1;
    const line = source.text.slice(0, start).split('\n').length;
    mutants.push({ file, line: `${file}:${line}`, text: `${source.text.slice(0, start)} misspelt: {}, ${source.text.slice(start)}` });
  });
  return mutants;
}

function parse(file: string): ts.SourceFile {
  return ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ES2022, true);
}

function visit(node: ts.Node, see: (node: ts.Node) => void): void {
  see(node);
  ts.forEachChild(node, (child) => {
    visit(child, see);
  });
}

function nameOf({ name }: ts.ObjectLiteralElementLike | ts.PropertySignature): string {
  return name !== undefined && (ts.isIdentifier(name) || ts.isStringLiteral(name)) ? name.text : '';
}
