/** `error`: it cannot work. `warning`: it is hardly meant. `note`: to know, and good as it is in many systems. */
export type Severity = 'error' | 'warning' | 'note';

/** What a check says of a system. All texts are sentences without a full stop. */
export interface Finding {
  /** Stable: `--ignore` takes it. */
  readonly code: FindingCode;
  readonly severity: Severity;
  readonly what: string;
  /** In the props, such as `services.orders`. */
  readonly where: string;
  readonly why: string;
  readonly fix: string;
}

/** Each code, and what it is about. */
export const CODES = {
  'fargate-vcpus': 'vCPUs of AWS Fargate that a new account may not have',
  limit: 'limits of AWS that the system is above',
  'one-task': 'gateways and services with one task',
  'one-zone': 'tasks that are all in one Availability Zone',
  'all-spot': 'services whose tasks all run on Fargate Spot',
  unreachable: 'services that nothing reaches',
  'no-allow': 'services that let declared callers send any request',
  'allows-everything': 'rules beside which the other rules of a service do nothing',
  'every-service': 'rules that let in callers that are not declared',
  public: 'routes without an authorizer',
  timeouts: 'callers that wait less than what they call may take',
  synthesis: 'what synthesis warns of',
} as const;

export type FindingCode = keyof typeof CODES;

/** Of a list in a sentence: at most so many names, and how many more there are. */
const NAMES = 8;

export function listed(names: readonly string[]): string {
  const shown = names.slice(0, names.length === NAMES + 1 ? NAMES + 1 : NAMES);
  const more = names.length - shown.length;
  return `${shown.join(', ')}${more === 0 ? '' : ` and ${more} more`}`;
}

export function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? '' : 's'}`;
}
