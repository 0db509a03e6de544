import type { Backend, Fields } from './service';
import { failed, succeeded } from './service';

/** The parameters of Systems Manager, by name. */
export class Parameters {
  /** All that each has held, the last one at the end. */
  private readonly texts = new Map<string, readonly string[]>();

  /** Puts a text into a parameter, as a deployment does, or a person. Returns the version that this makes. */
  put(name: string, text: string): number {
    const texts = [...(this.texts.get(name) ?? []), text];
    this.texts.set(name, texts);
    return texts.length;
  }

  /** Whether there was one. */
  delete(name: string): boolean {
    return this.texts.delete(name);
  }

  get(name: string): string | undefined {
    return this.texts.get(name)?.at(-1);
  }

  /** Each text that it has held, from the first one on. */
  history(name: string): readonly string[] {
    return this.texts.get(name) ?? [];
  }
}

/** The limit of GetParameters. https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameters.html */
const MAX_NAMES = 10;

/** @param place `<region>:<account>` */
export function parametersBackend(parameters: Parameters, place: string): Backend {
  return {
    prefix: 'ssm',
    request: (_, input) =>
      namesIn(input).map((name) => ({ resource: `arn:aws:ssm:${place}:parameter/${baseOf(name).replace(/^\//, '')}`, context: {} })),
    serve: (operation, input) => {
      switch (operation) {
        case 'GetParameters':
          return getAll(parameters, namesIn(input));
        case 'GetParameter':
          return getOne(parameters, String(input['Name']));
        case 'PutParameter':
          return put(parameters, input);
        case 'DeleteParameter':
          return parameters.delete(String(input['Name'])) ? succeeded({}) : failed('ParameterNotFound', String(input['Name']));
        default:
          return failed('UnknownOperationException', operation);
      }
    },
  };
}

function getAll(parameters: Parameters, names: readonly string[]): ReturnType<typeof succeeded> {
  if (names.length === 0 || names.length > MAX_NAMES) return failed('ValidationException', `${names.length} names`);
  const found = names.flatMap((name) => {
    const text = parameters.get(name);
    return text === undefined ? [] : [{ Name: name, Type: 'String', Value: text }];
  });
  return succeeded({ Parameters: found, InvalidParameters: names.filter((name) => parameters.get(name) === undefined) });
}

/** Of a version, with a colon and its number behind the name. */
function getOne(parameters: Parameters, asked: string): ReturnType<typeof succeeded> {
  const name = baseOf(asked);
  const texts = parameters.history(name);
  const version = asked === name ? texts.length : Number(asked.slice(name.length + 1));
  const text = texts[version - 1];
  if (text === undefined) return failed(texts.length === 0 ? 'ParameterNotFound' : 'ParameterVersionNotFound', asked);
  return succeeded({ Parameter: { Name: name, Type: 'String', Value: text, Version: version } });
}

function put(parameters: Parameters, input: Fields): ReturnType<typeof succeeded> {
  const [name, text] = [String(input['Name']), String(input['Value'])];
  if (input['Overwrite'] !== true && parameters.get(name) !== undefined) return failed('ParameterAlreadyExists', name);
  return succeeded({ Version: parameters.put(name, text), Tier: 'Standard' });
}

function namesIn({ Names: names, Name: name }: Fields): readonly string[] {
  if (Array.isArray(names)) return names.map(String);
  return typeof name === 'string' ? [name] : [];
}

function baseOf(name: string): string {
  return name.split(':')[0] ?? name;
}
