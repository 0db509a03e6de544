/** The Node programs in programs/, compiled: a container starts plain JavaScript, with no compiler in it. */
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ModuleKind, ScriptTarget, transpileModule } from 'typescript';
import { builtOnce } from './built-once';
import { REPOSITORY } from './tools';

const SOURCES = join(__dirname, 'programs');

let compiled: string | undefined;

/** The file of a program. */
export function program(name: string): string {
  compiled ??= compile();
  return join(compiled, `${name}.js`);
}

/** The service of grpc-server and grpc-call. */
export const ECHO_PROTO = join(SOURCES, 'echo.proto');

/** What grpc-services serves beside the files of examples/, and where it finds what they import. */
export const PROTOS = join(SOURCES, 'protos');
/** With those of `google/api`. */
export const GOOGLE_PROTOS = join(REPOSITORY, 'node_modules/protobufjs');
export const LAB_PROTO = join(PROTOS, 'lab.proto');
export const LIBRARY_PROTO = join(PROTOS, 'library.proto');

/**
 * Directories of stand-in programs that a container has to be given on top of the host's root: those on another
 * file system, or under /tmp, which is the container's own.
 */
export function programRoots(): readonly string[] {
  return [REPOSITORY, dirname(process.execPath)].filter((path) => statSync(path).dev !== statSync('/').dev || path.startsWith('/tmp/'));
}

function compile(): string {
  const sources = readdirSync(SOURCES)
    .filter((name) => name.endsWith('.ts'))
    .sort()
    .map((name) => ({ name, text: readFileSync(join(SOURCES, name), 'utf8') }));
  return builtOnce('programs', sources, (draft) => {
    for (const { name, text } of sources) {
      const { outputText } = transpileModule(text, {
        compilerOptions: { module: ModuleKind.CommonJS, target: ScriptTarget.ES2022, esModuleInterop: true },
      });
      writeFileSync(join(draft, name.replace(/\.ts$/, '.js')), outputText);
    }
  });
}
