import { parse } from 'protobufjs';
import type { Enum, Field, MapField, ReflectionObject, Service, Type } from 'protobufjs';
import {
  Enum as EnumClass,
  MapField as MapClass,
  Namespace as NamespaceClass,
  Service as ServiceClass,
  Type as TypeClass,
} from 'protobufjs';
import type { ProtoOutline } from './proto-outline';
import { outlineOf } from './proto-outline';
import type { ProtoProblem } from './proto-problem';

export interface ProtoText {
  /** As other files import it, such as `shop/catalog.proto`. */
  readonly name: string;
  /** Where it is, for reports. */
  readonly path: string;
  readonly text: string;
}

/** A file as protobufjs reads it, which resolves no names here: descriptors need them as the compiler of Google does it. */
export interface ParsedProto {
  readonly name: string;
  readonly path: string;
  readonly package: string;
  readonly outline: ProtoOutline;
  readonly declared: Declared;
}

/** What stands at the top level of a file, or in a message. */
export interface Declared {
  readonly messages: readonly Type[];
  readonly enums: readonly Enum[];
  readonly services: readonly Service[];
}

/** Reports what is no .proto file; undefined for one. */
export function parseProto({ name, path, text }: ProtoText, report: (problem: ProtoProblem) => void): ParsedProto | undefined {
  try {
    const outline = outlineOf(text);
    const { root, package: packageName = '' } = parse(text, { keepCase: true });
    const scope = packageName === '' ? root : root.lookup(packageName);
    return { name, path, package: packageName, outline, declared: declaredIn(scope) };
  } catch (error) {
    report({ file: path, ...problemOf(error) });
    return undefined;
  }
}

export function declaredIn(scope: ReflectionObject | null): Declared {
  const nested = scope instanceof NamespaceClass ? scope.nestedArray : [];
  return {
    messages: nested.filter((each): each is Type => each instanceof TypeClass),
    enums: nested.filter((each): each is Enum => each instanceof EnumClass),
    services: nested.filter((each): each is Service => each instanceof ServiceClass),
  };
}

export function isMap(field: Field | MapField): field is MapField {
  return field instanceof MapClass;
}

/** protobufjs says `illegal token 'x' (line 3)`. */
function problemOf(error: unknown): Pick<ProtoProblem, 'line' | 'message'> {
  const text = error instanceof Error ? error.message : String(error);
  const [, message = text, line] = /^(.*?) \((?:.*, )?line (\d+)\)$/s.exec(text) ?? [];
  return line === undefined ? { message } : { message, line: Number(line) };
}
