import type { Backend, Fields } from './service';
import { failed, succeeded } from './service';

/** The parameters of Systems Manager, by name. */
export class Parameters {
  private readonly texts = new Map<string, string>();

  /** Puts a text into a parameter, as a deployment does, or a person. */
  put(name: string, text: string): void {
    this.texts.set(name, text);
  }

  delete(name: string): void {
    this.texts.delete(name);
  }

  get(name: string): string | undefined {
    return this.texts.get(name);
  }
}

/** The limit of GetParameters. https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameters.html */
const MAX_NAMES = 10;

/** @param place `<region>:<account>` */
export function parametersBackend(parameters: Parameters, place: string): Backend {
  return {
    prefix: 'ssm',
    request: (_, input) =>
      namesIn(input).map((name) => ({ resource: `arn:aws:ssm:${place}:parameter/${name.replace(/^\//, '')}`, context: {} })),
    serve: (operation, input) => {
      const names = namesIn(input);
      if (operation !== 'GetParameters') return failed('UnknownOperationException', operation);
      if (names.length === 0 || names.length > MAX_NAMES) return failed('ValidationException', `${names.length} names`);
      const found = names.flatMap((name) => {
        const text = parameters.get(name);
        return text === undefined ? [] : [{ Name: name, Type: 'String', Value: text }];
      });
      return succeeded({ Parameters: found, InvalidParameters: names.filter((name) => parameters.get(name) === undefined) });
    },
  };
}

function namesIn({ Names: names }: Fields): readonly string[] {
  return Array.isArray(names) ? names.map(String) : [];
}
