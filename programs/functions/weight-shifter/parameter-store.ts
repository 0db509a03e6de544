import {
  DeleteParameterCommand,
  GetParameterCommand,
  ParameterNotFound,
  ParameterType,
  PutParameterCommand,
  type SSMClient,
} from '@aws-sdk/client-ssm';

/** What a parameter holds, and which of its versions that is. */
export interface Held {
  readonly text: string;
  readonly version: number;
}

/** The one parameter at a time that a shift is about. */
export interface ParameterStore {
  /** @throws ParameterNotFound */
  read(name: string): Promise<Held>;
  /**
   * Writes a text in place of that which was read. False: somebody has written something else in between, which is there again.
   * Systems Manager has no condition for it, but counts versions.
   */
  replace(name: string, held: Held, text: string): Promise<boolean>;
  /** Whatever was there before. */
  put(name: string, text: string, description: string): Promise<void>;
  /** It may be gone by now. */
  remove(name: string): Promise<void>;
}

/** https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html */
export function parameterStore(ssm: SSMClient): ParameterStore {
  const read = async (Name: string): Promise<Held> => {
    const { Parameter: { Value: text, Version: version } = {} } = await ssm.send(new GetParameterCommand({ Name }));
    if (text === undefined || version === undefined) throw new Error(`Systems Manager has not answered what ${Name} holds`);
    return { text, version };
  };
  const overwrite = async (Name: string, Value: string): Promise<number | undefined> =>
    (await ssm.send(new PutParameterCommand({ Name, Value, Overwrite: true }))).Version;
  return {
    read,
    replace: async (name, held, text) => {
      const version = await overwrite(name, text);
      if (version === undefined || version === held.version + 1) return true;
      // https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-versions.html
      const theirs = await read(`${name}:${version - 1}`);
      // The SDK has tried again what had been done.
      if (theirs.text === text) return true;
      await overwrite(name, theirs.text);
      return false;
    },
    put: async (Name, Value, Description) => {
      await ssm.send(new PutParameterCommand({ Name, Value, Description, Type: ParameterType.STRING, Overwrite: true }));
    },
    remove: async (Name) => {
      await ssm.send(new DeleteParameterCommand({ Name })).catch((error: unknown) => {
        if (!(error instanceof ParameterNotFound)) throw error;
      });
    },
  };
}
