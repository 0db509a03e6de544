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
