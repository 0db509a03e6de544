import type { Issue } from '../reading/issues';
import type { Warning } from '../reading/warnings';
import type { Limit } from './limit';
import { howToRaise, limitText } from './limit';

/** How much of a limit a system takes: what is said where it is more than the limit. */
export interface LimitUse {
  readonly limit: Limit;
  readonly used: number;
  /** Where in the props. */
  readonly path: string;
  /** A sentence without a full stop, such as `these routes make 301 resources`. */
  readonly subject: string;
  /** What to do instead of asking AWS for more. */
  readonly advice: string;
  /** It is so for a while only, which passes by itself: a warning even where the limit cannot be raised. */
  readonly passing?: true;
}

/** A limit that an account can raise, or that a system meets for a while only, is a warning. */
export function limitWarnings(uses: readonly LimitUse[]): readonly Warning[] {
  return uses
    .filter((use) => isAbove(use) || isNear(use))
    .flatMap(({ limit, path, subject, advice }) => {
      const { handling, raise, newAccount, source } = limit;
      if (handling.warning === undefined) return [];
      const enough = newAccount === undefined ? 'more' : 'enough';
      const todo =
        raise === undefined
          ? sentence(advice)
          : `Before you deploy, ${howToRaise(limit)}, or ${advice}. If you have ${enough}, acknowledge this warning`;
      return [{ id: handling.warning, path, message: `${subject}${whatThereIs(limit)} (${source}). ${todo}` }];
    });
}

/** A limit that nobody can raise is an issue. */
export function limitIssues(uses: readonly LimitUse[]): readonly Issue[] {
  return uses.filter(isAbove).flatMap(({ limit, path, subject, advice, passing }) => {
    const { handling, service, scope } = limit;
    if (handling.error === undefined || passing === true) return [];
    return [
      {
        code: handling.error,
        path,
        message: subject,
        allowed: `at most ${limitText(limit)}: ${service} has no more for a ${scope}`,
        fix: advice,
      },
    ];
  });
}

function whatThereIs(limit: Limit): string {
  const { scope, raise, newAccount } = limit;
  if (newAccount !== undefined) return `, and ${newAccount}`;
  return `; the ${raise === undefined ? 'limit' : 'default quota'} is ${limitText(limit)} for each ${scope}`;
}

function isAbove({ used, limit }: LimitUse): boolean {
  return used > limit.value;
}

function isNear({ used, limit }: LimitUse): boolean {
  return limit.warnFrom !== undefined && used >= limit.warnFrom * limit.value;
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
