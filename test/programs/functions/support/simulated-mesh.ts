import type { X509Certificate } from 'node:crypto';
import { SETTLE_SECONDS } from '../../../../lib/core/contract/issuing';
import { checkSvid, isIssuedBy, readPemCertificates } from '../../../../programs/shared/svid';
import { authoritiesDigest } from '../../../../programs/shared/x509/authorities';
import { leadsTo, type Chain } from '../../../../programs/shared/x509/chain';
import type { SvidSource } from '../../../../programs/agent/certificate/issuing';
import { identityOf, type AnyTestAuthority } from './authorities';
import { AuthoritySetResource, propertiesOf } from './authority-set-resource';
import { IssuerHarness, issuedBy, type AuthoritiesOfMesh } from './issuer-harness';

export const MINUTE = 60_000;
export const SETTLE_MINUTES = SETTLE_SECONDS / 60;
/** How long after the guard has agreed the last instance of the function still has the environment of before. */
const DEPLOYMENT_MINUTES = 5;
/**
 * How late a task asks which authorities there are, if it can: who asked in the last minute before the function had changed asks again
 * in the very minute in which the guard has waited long enough.
 */
const LATEST_CHECK_MINUTES = SETTLE_MINUTES - (DEPLOYMENT_MINUTES - 1);

export const SERVICES = ['orders', 'payment', 'gateway'] as const;
export type Service = (typeof SERVICES)[number];

/** While the function changes, some of its instances have the new environment already. */
export type Instance = 'old' | 'new';

/** What a task presents and trusts: what it got when it renewed last. */
interface Held {
  readonly chain: Chain;
  readonly roots: readonly X509Certificate[];
  readonly digest: string;
}

export interface MeshOptions {
  /** No report of a task arrives, so that the guard goes by the time alone. */
  readonly isSilent?: boolean;
  /** @default - what the guard waits by itself */
  readonly settleSeconds?: number;
}

/**
 * A mesh in which everything happens one after the other, but in any order: deployments and the way back from them, the function's
 * change, tasks that ask late, and tasks that cannot ask at all. The guard, the function that issues and what a task does to get a
 * certificate are the real ones.
 */
export class SimulatedMesh {
  readonly harness: IssuerHarness;
  /** What was ever wrong between two tasks. */
  readonly broken: string[] = [];
  /** By CloudFormation's account. */
  set: AuthoritiesOfMesh;
  private before: AuthoritiesOfMesh | undefined;
  private readonly sources: Readonly<Record<Service, SvidSource>>;
  private readonly held = new Map<Service, Held>();
  /** When a task has heard last that it has the authorities of the function; it reports that. */
  private readonly heardAt = new Map<Service, number>();
  private readonly cutOff = new Set<Service>();
  /** What the function has, and what it is being given. */
  private inFunction: AuthoritiesOfMesh;
  private change: { readonly to: AuthoritiesOfMesh; readonly since: number } | undefined;
  private resource!: AuthoritySetResource;

  private constructor(
    start: Date,
    first: AnyTestAuthority,
    private readonly options: MeshOptions,
  ) {
    this.set = issuedBy(first);
    this.inFunction = this.set;
    this.harness = new IssuerHarness(start, this.set);
    this.sources = { orders: this.harness.task('orders'), payment: this.harness.task('payment'), gateway: this.harness.task('gateway') };
  }

  static async running(start: Date, first: AnyTestAuthority, options: MeshOptions = {}): Promise<SimulatedMesh> {
    const mesh = new SimulatedMesh(start, first, options);
    mesh.resource = await AuthoritySetResource.create(() => mesh.harness.now(), mesh.properties(mesh.set), {
      lastHeard: () => Promise.resolve(mesh.lastHeard()),
      lastChange: () => Promise.resolve(undefined),
    });
    for (const service of SERVICES) await mesh.renew(service);
    return mesh;
  }

  /** True if the guard agreed: then the function begins to change. If it did not, CloudFormation went back. */
  async deploy(set: AuthoritiesOfMesh): Promise<boolean> {
    this.finish();
    try {
      await this.resource.update(this.properties(set));
    } catch (refusal) {
      if (!(refusal instanceof Error) || !refusal.message.includes('Replacing an authority takes')) throw refusal;
      return false;
    }
    [this.before, this.set] = [this.set, set];
    this.changeTo(set);
    return true;
  }

  /**
   * The deployment fails after the guard had agreed.
   *
   * @param reached whether the function had begun to change
   */
  async rollBack(reached: boolean): Promise<boolean> {
    const { before } = this;
    if (before === undefined) return false;
    await this.resource.rollBack();
    [this.set, this.before] = [before, undefined];
    const isUntouched = this.change !== undefined && !reached;
    if (isUntouched) this.change = undefined;
    else {
      this.finish();
      this.changeTo(before);
    }
    return true;
  }

  /** The function has changed. */
  finish(): void {
    if (this.change === undefined) return;
    this.inFunction = this.change.to;
    this.change = undefined;
  }

  /** A task that does not reach the function keeps what it has, for as long as that may be. */
  setReachable(service: Service, isReachable: boolean): void {
    if (isReachable) this.cutOff.delete(service);
    else this.cutOff.add(service);
  }

  /** A task asks which authorities there are, and renews if they are others than those it has. */
  async check(service: Service, instance: Instance = 'old'): Promise<void> {
    if (this.cutOff.has(service)) return;
    this.use(instance);
    const digest = await this.sources[service].authorities();
    if (digest !== this.held.get(service)?.digest) await this.renew(service, instance);
    else this.heardAt.set(service, this.now());
  }

  /** A task renews, whatever it has: it may be a new one. */
  async renew(service: Service, instance: Instance = 'old'): Promise<void> {
    if (this.cutOff.has(service)) return;
    this.use(instance);
    const svid = await this.sources[service].issue();
    const checked = checkSvid(svid, { identity: identityOf(service), now: this.harness.now() });
    if (!checked.ok) this.broken.push(`${service} got a certificate that is refused: ${checked.refusal.message}`);
    const chain = readPemCertificates(svid.certificateChain);
    const roots = readPemCertificates(svid.trustBundle) ?? [];
    const issuer = roots.find((root) => chain !== undefined && isIssuedBy(chain.at(-1) ?? chain[0], root));
    if (chain === undefined || issuer === undefined) throw new Error(`${service} got no chain that leads to a root`);
    this.held.set(service, { chain, roots, digest: authoritiesDigest(issuer, roots) });
    this.heardAt.set(service, this.now());
    this.broken.push(...this.strangers());
  }

  /** Time passes minute by minute, so that nobody who can ask is ever later than may be. */
  async advance(minutes: number): Promise<void> {
    for (let minute = 0; minute < minutes; minute += 1) {
      this.harness.advance(MINUTE);
      if (this.change !== undefined && this.now() - this.change.since >= DEPLOYMENT_MINUTES * MINUTE) this.finish();
      for (const [service, heard] of [...this.heardAt]) if (this.now() - heard >= LATEST_CHECK_MINUTES * MINUTE) await this.check(service);
    }
  }

  /** The names of those who issued what is in use. */
  issuers(): readonly string[] {
    return [...this.held.values()].map(({ chain: [leaf] }) => leaf.issuer);
  }

  /** The names of those whom a task trusts. */
  trustedBy(service: Service): readonly string[] {
    return this.held.get(service)?.roots.map(({ subject }) => subject) ?? [];
  }

  /** What the tasks report, as the guard reads it. */
  private lastHeard(): Date | undefined {
    return this.options.isSilent === true ? undefined : new Date(Math.min(...this.heardAt.values()));
  }

  /** Pairs of services that cannot talk to each other. */
  private strangers(): readonly string[] {
    return [...this.held].flatMap(([caller, { chain }]) =>
      [...this.held]
        .filter(([, { roots }]) => !roots.some((root) => leadsTo(chain, root)))
        .map(([callee]) => `${callee} does not trust ${caller}, at ${this.harness.now().toISOString()}`),
    );
  }

  private changeTo(set: AuthoritiesOfMesh): void {
    this.change = { to: set, since: this.now() };
  }

  private use(instance: Instance): void {
    this.harness.environment = instance === 'new' && this.change !== undefined ? this.change.to : this.inFunction;
  }

  private now(): number {
    return this.harness.now().getTime();
  }

  private properties(set: AuthoritiesOfMesh) {
    const { settleSeconds } = this.options;
    return propertiesOf({ ...set, ...(settleSeconds === undefined ? {} : { settleSeconds }) });
  }
}
