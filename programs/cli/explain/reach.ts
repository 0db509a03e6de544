import type { ServiceDescription } from '../../../lib/core/description/system-description';
import type { Explanation, Refusal } from './explanation';
import type { Names } from './names';
import { hostOf } from './system';

export const EMPTY = { reaches: [], mayBe: [], needs: [], copies: [], stages: [], warnings: [] } as const;

/** By which a caller reaches what it has declared. */
export function hostFor(names: Names, calling: ServiceDescription | undefined, callee: string): string | undefined {
  if (calling?.callsExternal.includes(callee) === true && names.isExternal(callee)) return callee;
  const url = calling?.calls.includes(callee) === true ? names.service(callee)?.url : undefined;
  return url === undefined ? undefined : hostOf(url);
}

export function undeclared(caller: string, callee: string, path = `services.${caller}`): Explanation {
  const by = `${path}.calls`;
  const refusal: Refusal = { by, why: `${caller} does not call ${callee}: its proxy listens at no address of it` };
  return {
    ...EMPTY,
    ...{ verdict: 'unreachable', summary: `not reachable: ${caller} does not name ${callee} in ${by}`, refusal },
    stages: [{ at: `proxy of ${caller}`, facts: [{ text: refusal.why, path: by }] }],
  };
}

export function unique<T>(items: readonly T[]): readonly T[] {
  return [...new Map(items.map((item) => [JSON.stringify(item), item])).values()];
}
