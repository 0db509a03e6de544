/**
 * A message of Envoy's API as it stands in a configuration. Whoever reads one names every field that it knows: those
 * that it reads, and those that change nothing of what it tells. Any other field is an error, so that nothing that a
 * configuration begins to say is silently left out of the simulation.
 */
export interface KnownFields {
  readonly reads: readonly string[];
  readonly ignores?: readonly string[];
}

export type Fields = Readonly<Record<string, unknown>>;

/** The simulator does not know something that a configuration says. */
export class Unknown extends Error {
  constructor(at: string, what: string) {
    super(`the simulator does not know ${what} at ${at}: teach it, or say that it changes nothing`);
  }
}

export class Message {
  private constructor(
    private readonly fields: Fields,
    readonly at: string,
    private readonly readable: readonly string[],
  ) {}

  static of(value: unknown, at: string, { reads, ignores = [] }: KnownFields): Message {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new Unknown(at, `a message that is ${JSON.stringify(value)}`);
    for (const field of Object.keys(value))
      if (!reads.includes(field) && !ignores.includes(field)) throw new Unknown(at, `the field "${field}"`);
    return new Message(value as Fields, at, reads);
  }

  /** All that it says, as it stands in the configuration. */
  get content(): Fields {
    return this.fields;
  }

  has(field: string): boolean {
    return this.raw(field) !== undefined;
  }

  raw(field: string): unknown {
    if (!this.readable.includes(field)) throw new Error(`"${field}" is read of a message that does not read it`);
    return this.fields[field];
  }

  /** Which one of the fields of a `oneof` is there. */
  oneOf(...fields: readonly string[]): string | undefined {
    const [found, second] = fields.filter((field) => this.has(field));
    if (second !== undefined) throw new Unknown(this.at, `both "${found ?? ''}" and "${second}"`);
    return found;
  }

  text(field: string, otherwise?: string): string {
    const value = this.raw(field) ?? otherwise;
    if (typeof value !== 'string') throw new Unknown(this.at, `"${field}" that is ${JSON.stringify(value)}`);
    return value;
  }

  number(field: string, otherwise?: number): number {
    const value = this.raw(field) ?? otherwise;
    // 64 bits are text in the JSON of protobuf.
    const number = typeof value === 'string' && value !== '' ? Number(value) : value;
    if (typeof number !== 'number' || Number.isNaN(number)) throw new Unknown(this.at, `"${field}" that is ${JSON.stringify(value)}`);
    return number;
  }

  flag(field: string, otherwise = false): boolean {
    const value = this.raw(field) ?? otherwise;
    if (typeof value !== 'boolean') throw new Unknown(this.at, `"${field}" that is ${JSON.stringify(value)}`);
    return value;
  }

  /** Seconds of a duration such as `1.5s`. */
  seconds(field: string): number | undefined {
    const value = this.raw(field);
    if (value === undefined) return undefined;
    const [, number] = (typeof value === 'string' ? /^(\d+(?:\.\d+)?)s$/.exec(value) : null) ?? [];
    if (number === undefined) throw new Unknown(this.at, `"${field}" that is ${JSON.stringify(value)}`);
    return Number(number);
  }

  list(field: string): readonly (readonly [unknown, string])[] {
    const value = this.raw(field) ?? [];
    if (!Array.isArray(value)) throw new Unknown(this.at, `"${field}" that is no list`);
    return value.map((item: unknown, index) => [item, `${this.at}.${field}[${index}]`] as const);
  }

  messages(field: string, known: KnownFields): readonly Message[] {
    return this.list(field).map(([item, at]) => Message.of(item, at, known));
  }

  texts(field: string): readonly string[] {
    return this.list(field).map(([item, at]) => {
      if (typeof item !== 'string') throw new Unknown(at, JSON.stringify(item));
      return item;
    });
  }

  child(field: string, known: KnownFields): Message {
    return Message.of(this.raw(field), this.place(field), known);
  }

  maybe(field: string, known: KnownFields): Message | undefined {
    return this.has(field) ? this.child(field, known) : undefined;
  }

  /** The entries of a map. */
  entries(field: string): readonly (readonly [string, unknown, string])[] {
    return Object.entries((this.raw(field) ?? {}) as Fields).map(([key, value]) => [key, value, `${this.place(field)}.${key}`] as const);
  }

  place(field: string): string {
    return `${this.at}.${field}`;
  }

  /** Looks at a message of which nothing is read: only whether it says something unknown. */
  inspect(field: string, ignores: readonly string[]): void {
    if (this.has(field)) this.child(field, { reads: [], ignores });
  }
}

/** An extension: its name, its type without the prefix, and its configuration. */
export interface Extension {
  readonly name: string;
  readonly type: string;
  readonly config: Fields;
  readonly at: string;
}

export interface Filter extends Extension {
  /** Unless a route says otherwise. */
  readonly disabled: boolean;
}

export function filterAt(value: unknown, at: string): Filter {
  const message = Message.of(value, at, { reads: ['name', 'typed_config', 'disabled'] });
  return {
    ...extensionAt({ name: message.raw('name'), typed_config: message.raw('typed_config') }, at),
    disabled: message.flag('disabled'),
  };
}

export function extensionAt(value: unknown, at: string): Extension {
  const message = Message.of(value, at, { reads: ['name', 'typed_config'] });
  return { name: message.text('name'), ...anyAt(message.raw('typed_config'), message.place('typed_config')) };
}

/** A `google.protobuf.Any`. */
export function anyAt(value: unknown, at: string): Omit<Extension, 'name'> {
  const { '@type': type, ...config } = (value ?? {}) as Fields;
  if (typeof type !== 'string') throw new Unknown(at, 'an extension without a type');
  return { type: type.replace(/^type\.googleapis\.com\//, ''), config, at };
}
