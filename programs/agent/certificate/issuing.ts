import type { IssuingAnswer, IssuingRequest, ProofContent, ProofContext } from '../../../lib/core/contract/issuing';
import { ISSUE_TIMEOUT_SECONDS, proofContext } from '../../../lib/core/contract/issuing';
import type { Unread } from '../../../lib/core/contract/unread';
import type { X509Svid } from '../../shared/svid';
import { makeCertificateRequest, type CertificateRequest } from '../../shared/x509/certificate-request';
import { leafNamesOf } from '../../shared/x509/leaf-names';
import type { Clock } from '../clock';
import { Failure } from '../failure';

/** The KMS key by which a task proves who it is. */
export interface IdentityKey {
  /** Throws a Failure. */
  encrypt(text: string, context: ProofContext): Promise<{ readonly ciphertext: string; readonly requestId: string | undefined }>;
}

/** The Lambda function that issues. */
export interface IssuingFunction {
  /** The answer as JSON. Throws a Failure. */
  invoke(request: IssuingRequest, timeoutMs: number): Promise<string>;
}

/** Where certificates come from. Both throw a Failure. */
export interface SvidSource {
  /** Which authorities there are now: see `authoritiesDigest`. */
  authorities(): Promise<string>;
  /** A certificate for a key that was made for it. */
  issue(): Promise<X509Svid>;
}

export interface IssuingParts {
  readonly clock: Clock;
  readonly identity: string;
  /** Of the mesh: see lib/core/contract/scope.ts. */
  readonly scope: string;
  readonly key: IdentityKey;
  readonly issuer: IssuingFunction;
  /** The ARN of the task, for the log of the function. */
  readonly task: () => Promise<string>;
}

const CHECK_TIMEOUT_MS = 10_000;
/** Together with the others shorter than what a loop may take; see health/pulse.ts. */
const ISSUE_TIMEOUT_MS = ISSUE_TIMEOUT_SECONDS * 1000;

export function svidSource({ clock, identity, scope, key, issuer, task }: IssuingParts): SvidSource {
  // Kept until it is answered: AWS Private CA charges for each request that it has not seen before.
  let pending: CertificateRequest | undefined;
  return {
    authorities: async () => {
      const { authorities } = answerOf(await issuer.invoke({ action: 'authorities' }, CHECK_TIMEOUT_MS), 'authorities');
      return textOf('authorities', authorities);
    },
    issue: async () => {
      pending ??= await makeCertificateRequest(leafNamesOf(identity));
      const { csr, keyHash, privateKey } = pending;
      const content: ProofContent = { keyHash, issuedAt: new Date(clock.now()).toISOString(), ...(await nameOf(task)) };
      const { ciphertext, requestId } = await key.encrypt(JSON.stringify(content), proofContext(scope, identity));
      const answer = await issuer.invoke(
        { action: 'issue', identity, csr, proof: ciphertext, ...(requestId === undefined ? {} : { proofRequestId: requestId }) },
        ISSUE_TIMEOUT_MS,
      );
      pending = undefined;
      const { certificateChain, trustBundle } = answerOf(answer, 'issued');
      return {
        identity,
        privateKey: privateKey.reveal(),
        certificateChain: textOf('certificateChain', certificateChain),
        trustBundle: textOf('trustBundle', trustBundle),
      };
    },
  };
}

/** A task that cannot say its name gets a certificate all the same. */
async function nameOf(task: () => Promise<string>): Promise<{ readonly task?: string }> {
  return task().then(
    (arn) => ({ task: arn }),
    () => ({}),
  );
}

function answerOf(json: string, expected: Exclude<IssuingAnswer['outcome'], 'refused'>): Unread<IssuingAnswer> {
  const answer = objectIn(json);
  if (answer.outcome === 'refused')
    throw new Failure('refused', `the issuing function refuses: ${textOf('reason', answer.reason)}: ${textOf('message', answer.message)}`);
  if (answer.outcome !== expected) throw new Failure('malformed', 'the issuing function gave no answer that is known');
  return answer;
}

function objectIn(json: string): Unread<IssuingAnswer> {
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // Reported below; the parser's own message quotes the text.
  }
  throw new Failure('malformed', 'the answer of the issuing function is not a JSON object');
}

function textOf(field: string, value: unknown): string {
  if (typeof value === 'string' && value !== '') return value;
  throw new Failure('malformed', `the answer of the issuing function has no text in ${field}`);
}
