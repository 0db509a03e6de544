/** What the CDK's provider framework hands to `onEvent`. */
export interface CustomResourceEvent {
  readonly RequestType: 'Create' | 'Update' | 'Delete';
  readonly StackId?: string;
  readonly LogicalResourceId?: string;
  /** Absent on Create. */
  readonly PhysicalResourceId?: string;
  /** Comes through CloudFormation, which turns numbers and booleans into text. */
  readonly ResourceProperties: Readonly<Record<string, unknown>>;
  /** On Update only. */
  readonly OldResourceProperties?: Readonly<Record<string, unknown>>;
}

export interface CustomResourceAnswer {
  readonly PhysicalResourceId: string;
  /** At most 4 KB. */
  readonly Data?: Readonly<Record<string, string>>;
}

/** @param properties their names are those of the contract; see `Unread` */
export function textProperty<Properties extends object>(properties: Properties, name: keyof Properties & string): string {
  const value = properties[name];
  if (typeof value !== 'string' || value === '') throw new Error(`the property ${name} of the resource must be a text that is not empty`);
  return value;
}
