import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/** What the compiler says of these files. Those that they import have been checked by `npm run typecheck`. */
export function diagnosticsOf(files: readonly string[], options: ts.CompilerOptions): readonly ts.Diagnostic[] {
  const program = ts.createProgram(files, options);
  const ofFiles = files.flatMap((file) => {
    const source = program.getSourceFile(file);
    if (source === undefined) throw new Error(`${file} is not there`);
    return ts.getPreEmitDiagnostics(program, source);
  });
  return ts.sortAndDeduplicateDiagnostics([...program.getOptionsDiagnostics(), ...program.getGlobalDiagnostics(), ...ofFiles]);
}

/** Parsing takes longer than checking. */
const parsed = new Map<string, ts.SourceFile>();

/** A text in place of that of a file of the repository. */
export interface Mutant {
  readonly file: string;
  readonly text: string;
}

/** Those that compile, each on its own: as a file beside the one that it changes, all in one program. */
export function compiling<T extends Mutant>(mutants: readonly T[]): readonly T[] {
  const files = mutants.map(({ file }, index) => file.replace(/[.]ts$/, `.mutant-${index}.ts`));
  const failing = new Set(filesWithErrors(new Map(mutants.map(({ text }, index) => [files[index], text]))));
  return mutants.filter((_, index) => !failing.has(files[index]));
}

/** The files of the repository of which the compiler complains, had each the text that is given here in place of its own. */
export function filesWithErrors(texts: ReadonlyMap<string, string>): readonly string[] {
  const options: ts.CompilerOptions = { ...configuration(), noEmit: true };
  const host = ts.createCompilerHost(options);
  const onDisk = host.getSourceFile.bind(host);
  host.getSourceFile = (file, languageVersion, ...more) => {
    const text = texts.get(file);
    const source =
      text === undefined ? (parsed.get(file) ?? onDisk(file, languageVersion, ...more)) : ts.createSourceFile(file, text, languageVersion);
    if (text === undefined && source !== undefined) parsed.set(file, source);
    return source;
  };
  const program = ts.createProgram([...texts.keys()], options, host);
  return [...texts.keys()].filter((file) => program.getSemanticDiagnostics(program.getSourceFile(file)).length > 0);
}

function configuration(): ts.CompilerOptions {
  const root = join(__dirname, '../..');
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), (path) => readFileSync(path, 'utf8')) as { config: unknown };
  return ts.parseJsonConfigFileContent(config, { ...ts.sys, readDirectory: () => [] }, root).options;
}
