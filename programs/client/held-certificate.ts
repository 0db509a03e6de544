import { CHECK_SECONDS, RENEW_AFTER_SECONDS } from '../../lib/core/contract/issuing';
import type { ClientConfiguration } from '../../lib/core/contract/client';
import { heldAuthorities } from '../agent/certificate/held-authorities';
import type { SvidSource } from '../agent/certificate/issuing';
import type { Clock } from '../agent/clock';
import { Failure } from '../agent/failure';
import type { Leaf, X509Svid } from '../shared/svid';
import { checkSvid } from '../shared/svid';

interface Held {
  readonly svid: X509Svid;
  readonly leaf: Leaf;
  /** When it was known last that the authorities are those of the mesh. */
  readonly checkedAt: number;
}

/**
 * The certificate of a client, renewed when it is used. Nothing runs between two uses: the sandbox of a Lambda function is frozen then,
 * and a timer would be late by hours. A certificate that is good is kept while a new one cannot be had.
 */
export class HeldCertificate {
  private held: Held | undefined;
  private pending: Promise<Held> | undefined;

  constructor(
    private readonly configuration: Pick<ClientConfiguration, 'identity' | 'renewSeconds'>,
    private readonly source: SvidSource,
    private readonly clock: Pick<Clock, 'now'>,
  ) {}

  /** A certificate that is good now. Throws a Failure if there is none. */
  async current(): Promise<X509Svid> {
    const { held } = this;
    const now = this.clock.now();
    if (held === undefined || now >= held.leaf.notAfter.getTime()) return (await this.once(async () => this.issued())).svid;
    if (now < this.dueAt(held)) return held.svid;
    return (await this.once(async () => this.renewed(held))).svid;
  }

  /** Of several that ask at a time, one asks. */
  private async once(next: () => Promise<Held>): Promise<Held> {
    this.pending ??= next().finally(() => {
      this.pending = undefined;
    });
    this.held = await this.pending;
    return this.held;
  }

  private dueAt(held: Held): number {
    return Math.min(this.oldAt(held), held.checkedAt + CHECK_SECONDS * 1000);
  }

  private oldAt({ leaf }: Held): number {
    return leaf.notBefore.getTime() + (this.configuration.renewSeconds ?? RENEW_AFTER_SECONDS) * 1000;
  }

  private async renewed(held: Held): Promise<Held> {
    try {
      const isOld = this.clock.now() >= this.oldAt(held);
      if (isOld || (await this.source.authorities()) !== heldAuthorities(held.svid)) return await this.issued();
    } catch {
      // It is good for days: the next check tries again.
    }
    return { ...held, checkedAt: this.clock.now() };
  }

  private async issued(): Promise<Held> {
    const svid = await this.source.issue();
    const now = this.clock.now();
    const checked = checkSvid(svid, { identity: this.configuration.identity, now: new Date(now) });
    if (!checked.ok) throw new Failure(checked.refusal.reason, checked.refusal.message);
    return { svid, leaf: checked.leaf, checkedAt: now };
  }
}
