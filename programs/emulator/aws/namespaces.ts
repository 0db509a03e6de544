import { createHash } from 'node:crypto';

/** A namespace as Cloud Map has it. */
export interface Namespace {
  readonly id: string;
  readonly arn: string;
  readonly name: string;
  /** By which DiscoverInstances knows it. */
  readonly httpName: string;
}

/**
 * The namespaces of an account and Region. "If you reuse Name for namespace creation, a generated hash is added to HttpName to
 * distinguish the two", says https://docs.aws.amazon.com/cloud-map/latest/api/API_DiscoverInstances.html. AWS does not say what it looks
 * like, so nobody may guess it.
 */
export class Namespaces {
  private readonly all = new Map<string, Namespace>();
  private count = 0;

  /** @param place `<region>:<account>` */
  constructor(private readonly place: string) {}

  create(name: string): Namespace {
    this.count += 1;
    const hash = createHash('sha256').update(`${this.place}/${name}/${this.count}`).digest('hex');
    const id = `ns-${hash.slice(0, 16)}`;
    const httpName = this.named(name) === undefined ? name : `${name}-${hash.slice(16, 32)}`;
    const namespace = { id, arn: `arn:aws:servicediscovery:${this.place}:namespace/${id}`, name, httpName };
    this.all.set(id, namespace);
    return namespace;
  }

  get(id: string): Namespace | undefined {
    return this.all.get(id);
  }

  /** @param httpName which is not always the name */
  named(httpName: string): Namespace | undefined {
    return [...this.all.values()].find((namespace) => namespace.httpName === httpName);
  }

  delete(id: string): void {
    this.all.delete(id);
  }
}
