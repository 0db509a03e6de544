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
  /** Of the file. */
  readonly features: Features;
}

/** As written in a file of an edition, such as `field_presence: 'IMPLICIT'`. */
export type Features = Readonly<Record<string, unknown>> | undefined;

/** What stands at the top level of a file, or in a message. */
export interface Declared {
  readonly messages: readonly Type[];
  readonly enums: readonly Enum[];
  readonly services: readonly Service[];
}

/** Reports what is no .proto file; undefined for one. */
export function parseProto({ name, path, text }: ProtoText, report: (problem: ProtoProblem) => void): ParsedProto | undefined {
  const outline = outlineOf(text);
  try {
    const { root, package: packageName = '' } = parse(text, { keepCase: true });
    const scope = packageName === '' ? root : root.lookup(packageName);
    return { name, path, package: packageName, outline, declared: declaredIn(scope), features: featuresIn([root, scope]) };
  } catch (error) {
    report({ file: path, ...problemOf(error instanceof Error ? error.message : String(error), outline) });
    return undefined;
  }
}

/** `option features.… = …` of the file, before and after its package. */
function featuresIn(scopes: readonly (ReflectionObject | null)[]): Features {
  const options = [...new Set(scopes)].flatMap((scope) => scope?.parsedOptions ?? []) as readonly { readonly features?: Features }[];
  const all = options.flatMap(({ features }) => features ?? []);
  return all.length === 0 ? undefined : (Object.assign({}, ...all) as Features);
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

/** protobufjs says `illegal token 'x' (line 3)`, or, of what stands twice, `duplicate name 'id' in Type Product`. */
function problemOf(text: string, { lines }: ProtoOutline): Pick<ProtoProblem, 'line' | 'message'> {
  const [, message, line] = /^(.*?) \((?:.*, )?line (\d+)\)$/s.exec(text) ?? [];
  if (message !== undefined) return { message, line: Number(line) };
  const [, twin = '', owner = ''] = /^duplicate (?:name|id) '?(\w+)'? in (?:\w+ )?\.?([\w.]+)/.exec(text) ?? [];
  const found =
    [...lines].find(([name]) => name === `${owner}.${twin}` || name.endsWith(`.${owner}.${twin}`)) ??
    [...lines].find(([name]) => name === owner || name.endsWith(`.${owner}`));
  return { message: text, ...(owner === '' || found === undefined ? {} : { line: found[1] }) };
}
