import { CONTROL_PORT } from '../../local/local-system';
import { causeOf } from '../../map/cause-of';
import { PROGRAM, Trouble } from '../trouble';

/** A task as the container `aws` knows it. */
export interface KnownTask {
  readonly id: string;
  readonly workload: string;
  readonly healthy: boolean;
}

export interface LocalStatus {
  /** SHA-256 of the file that it has deployed. */
  readonly deployed: string | null;
  /** Why the last file could not be deployed. */
  readonly error: string | null;
  readonly edges: readonly LocalEdgeStatus[];
}

export interface LocalEdgeStatus {
  readonly name: string;
  readonly url?: string;
  /** Why nobody can call it. */
  readonly error?: string;
  /** What of it is not emulated. */
  readonly notEmulated?: string;
}

/** What the container `aws` of a local system answers the host. */
export class Control {
  readonly url: string;

  constructor(readonly port: number = CONTROL_PORT) {
    this.url = `http://127.0.0.1:${port}`;
  }

  async status(): Promise<LocalStatus> {
    return this.json('/status');
  }

  async tasks(): Promise<readonly KnownTask[]> {
    return this.json('/tasks');
  }

  /** @throws Trouble if nobody answers, or there is no such edge */
  async token(asked: object): Promise<string> {
    const { token } = await this.json<{ readonly token: string }>('/tokens', { method: 'POST', body: JSON.stringify(asked) });
    return token;
  }

  private async json<T>(path: string, options: RequestInit = {}): Promise<T> {
    let response: Response;
    try {
      response = await fetch(`${this.url}${path}`, { ...options, signal: AbortSignal.timeout(PATIENCE_MS) });
    } catch (error) {
      throw new Trouble(`nobody answers at ${this.url}: ${causeOf(error)}`, {
        fix: 'start the system with `local`, or name its port with --control-port',
      });
    }
    const answer: unknown = await response.json().catch(() => undefined);
    if (answer === undefined)
      throw new Trouble(`another program answers at ${this.url}`, { fix: 'name the port of the system with --control-port' });
    if (!response.ok)
      throw new Trouble((answer as { readonly error: string }).error.replace(/\.$/, ''), { fix: `see npx ${PROGRAM} local --help` });
    return answer as T;
  }
}

const PATIENCE_MS = 5000;
