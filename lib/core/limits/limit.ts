import { bytesText, numberText } from '../reading/input';
import type { IssueCode } from '../reading/issues';
import type { WarningId } from '../reading/warnings';

/** A limit of an AWS service. What checks, docs/limits.md and tools say of it stands here once. */
export interface Limit {
  /** Stable, such as `ecs.containers`. */
  readonly id: string;
  /** Such as `Amazon ECS`. */
  readonly service: string;
  /** What is counted or measured, such as `containers`. */
  readonly counts: string;
  /** The largest value that AWS takes, or an account has unless it asks for more. */
  readonly value: number;
  /** The smallest value; absent: there is none of its own. */
  readonly least?: number;
  /** Absent: a number of things. */
  readonly unit?: LimitUnit;
  /** What has this limit, such as `task definition` or `account and Region`. */
  readonly scope: string;
  /** Of a quota that says little of what an account has: what a new one can have, and what happens then. A part of a sentence. */
  readonly newAccount?: string;
  /** How an account gets more; absent: it cannot. */
  readonly raise?: QuotaRaise;
  /** Of a warning: from which share of the value on. @default - above the value */
  readonly warnFrom?: number;
  readonly handling: LimitHandling;
  /** The page of AWS that says so. */
  readonly source: string;
}

export type LimitUnit = 'bytes' | 'characters' | 'seconds' | 'CPU units' | 'MiB' | 'GiB' | 'vCPUs' | 'percent' | 'a second' | 'a minute';

export type QuotaRaise = QuotaRequest | AccountSetting;

interface QuotaRequest {
  /** As Service Quotas calls it. */
  readonly quota: string;
  readonly by: 'Service Quotas' | 'AWS Support';
  /** Its code in Service Quotas, where it is known. */
  readonly code?: string;
}

/** What an account switches on, and need not ask for. */
interface AccountSetting {
  readonly by: 'setting';
  /** Such as `higher throughput of Parameter Store, which costs`. */
  readonly setting: string;
  readonly command: string;
}

/** What the finished stack shows is no issue of the props. */
export type StackErrorCode = 'STACK_TOO_LARGE' | 'POLICY_TOO_LARGE' | 'TOO_MANY_TAGS';

/** What synthesis does where a system would be above the limit. */
export interface LimitHandling {
  /** It fails, with an issue of this code. */
  readonly error?: IssueCode;
  /** It fails when the stack is complete, with an error that begins with this code (docs/errors.md). */
  readonly stackError?: StackErrorCode;
  /** It warns, with this ID. */
  readonly warning?: WarningId;
  /** It says nothing, and why. */
  readonly documented?: string;
}

/** A limit as the files of services write it. */
export type LimitEntry = Omit<Limit, 'id' | 'service' | 'source'> & { readonly source?: string };

/** The limits of one service. A limit that names no page is on the service's own. */
export function limitsOf<Name extends string>(
  id: string,
  service: string,
  page: string,
  entries: Readonly<Record<Name, LimitEntry>>,
): Readonly<Record<Name, Limit>> {
  return Object.fromEntries(
    Object.entries<LimitEntry>(entries).map(([name, entry]) => [name, { source: page, ...entry, id: `${id}.${name}`, service }]),
  ) as Record<Name, Limit>;
}

/** The limit in words: `64 KiB`, `1,000`, `5 to 300 seconds`. */
export function limitText({ value, least, unit }: Limit): string {
  const text = unit === 'bytes' ? bytesText(value) : `${numberText(value)}${unit === undefined ? '' : ` ${unit}`}`;
  return least === undefined ? text : `${numberText(least)} to ${text}`;
}

/** How an account gets more of it, as a sentence without a full stop; the limit must be one that can be raised. */
export function howToRaise({ service, raise, newAccount }: Limit): string {
  if (raise === undefined) return `it cannot be raised`;
  if (raise.by === 'setting') return `switch on ${raise.setting} (${raise.command})`;
  const quota = `"${raise.quota}"${raise.code === undefined ? '' : ` (${raise.code})`} of ${service}`;
  if (raise.by === 'AWS Support') return `ask AWS Support to raise ${quota}`;
  return `${newAccount === undefined ? 'raise' : 'look at'} ${quota} in Service Quotas`;
}

/** As readers of numbers and durations take it. */
export function rangeOf({ least = 0, value }: Limit): { readonly min: number; readonly max: number } {
  return { min: least, max: value };
}
