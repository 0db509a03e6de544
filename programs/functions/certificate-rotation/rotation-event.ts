export const STEPS = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'] as const;
export type Step = (typeof STEPS)[number];

/** What Secrets Manager sends. */
export interface RotationEvent {
  readonly step: Step;
  readonly secretId: string;
  readonly version: string;
}

/** @throws Error that says what is wrong with the event */
export function readRotationEvent(event: unknown): RotationEvent {
  const fields = (typeof event === 'object' && event !== null ? event : {}) as Readonly<Record<string, unknown>>;
  const text = (name: string): string => {
    const value = fields[name];
    if (typeof value !== 'string' || value === '')
      throw new Error(`the event has no ${name}; this function is called by Secrets Manager's rotation`);
    return value;
  };
  const name = text('Step');
  const step = STEPS.find((each) => each === name);
  if (step === undefined) throw new Error(`${JSON.stringify(name)} is not a step of a rotation: ${STEPS.join(', ')}`);
  return { step, secretId: text('SecretId'), version: text('ClientRequestToken') };
}
