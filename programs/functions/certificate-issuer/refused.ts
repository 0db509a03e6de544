import type { IssuingRefusal } from '../../../lib/core/contract/issuing';

/** A request that gets no certificate, and would get none if it came again as it is. */
export class Refused extends Error {
  constructor(
    readonly reason: IssuingRefusal,
    message: string,
  ) {
    super(message);
  }
}
