import type { X509Certificate } from 'node:crypto';
import type { KMSClient } from '@aws-sdk/client-kms';
import type { IssuingAnswer } from '../../../lib/core/contract/issuing';
import { causeOf, type Log } from '../../shared/log';
import { validityOf } from '../../shared/svid';
import { authoritiesDigest } from '../../shared/x509/authorities';
import { keyHashOf } from '../../shared/x509/certificate-request';
import type { Chain } from '../../shared/x509/chain';
import { leafNamesOf, type LeafNames } from '../../shared/x509/leaf-names';
import { issueByPrivateCa, type PrivateCaClient } from '../private-ca/issue-by-private-ca';
import { issueLeafCertificate } from '../x509/leaf-certificate';
import type { Signer } from '../x509/signer';
import type { IssuerConfiguration, KmsAuthority } from './configuration';
import { checkProof, type Proof } from './proof';
import { Refused } from './refused';
import {
  checkNames,
  checkTrustDomain,
  LONGEST_QUOTED,
  readRequest,
  readSignedRequest,
  type IssueRequest,
  type SignedRequest,
} from './request';

export interface IssuerDependencies extends PrivateCaClient {
  readonly kms: KMSClient;
  readonly signerOf: (authority: KmsAuthority) => Signer;
  /** Read at each call, so that a wrong environment shows in the log of each. */
  readonly configuration: () => IssuerConfiguration;
  readonly now: () => Date;
  readonly log: Log;
}

/**
 * The function that issues all certificates of a mesh. It knows no service: the encryption context of a proof, which IAM allows
 * only the role of a service, says for whom the certificate is. It stores nothing, and what it is asked twice, it answers twice.
 */
export function issuerHandler(dependencies: IssuerDependencies): (event: unknown) => Promise<IssuingAnswer> {
  const { log, now } = dependencies;
  return async (event) => {
    let asked: Readonly<Record<string, unknown>> = {};
    try {
      const configuration = dependencies.configuration();
      const request = readRequest(event);
      if (request.action === 'authorities') return { outcome: 'authorities', authorities: digestOf(configuration) };
      asked = {
        identity: request.identity.slice(0, LONGEST_QUOTED),
        proofRequestId: request.proofRequestId?.slice(0, LONGEST_QUOTED),
      };
      const { chain, proof } = await issue(request, configuration);
      const [leaf] = chain;
      log.info('certificate-issued', {
        ...asked,
        task: proof.task?.slice(0, LONGEST_QUOTED),
        issuer: configuration.issuer.name,
        ...fieldsOf(leaf),
      });
      return {
        outcome: 'issued',
        certificateChain: chain.map((certificate) => certificate.toString()).join(''),
        trustBundle: rootsOf(configuration)
          .map((root) => root.toString())
          .join(''),
      };
    } catch (error) {
      if (error instanceof Refused) {
        log.warn('certificate-refused', { reason: error.reason, why: error.message, ...asked });
        return { outcome: 'refused', reason: error.reason, message: error.message };
      }
      log.error('certificate-failed', { ...causeOf(error), ...asked });
      throw error;
    }
  };

  async function issue(
    request: IssueRequest,
    configuration: IssuerConfiguration,
  ): Promise<{ readonly chain: Chain; readonly proof: Proof }> {
    checkTrustDomain(request.identity, configuration.trustDomain);
    const signed = await readSignedRequest(request.csr);
    const proof = await checkProof(request, keyHashOf(signed.publicKey), { ...configuration, kms: dependencies.kms, now: now() });
    return { chain: await chainFor(leafNamesOf(proof.identity), signed, proof, configuration), proof };
  }

  /** Of what the request says, nothing but its key goes into the certificate. */
  async function chainFor(names: LeafNames, signed: SignedRequest, { issuedAt }: Proof, { issuer }: IssuerConfiguration): Promise<Chain> {
    if ('keyArn' in issuer) {
      const publicKey = signed.publicKey.export({ format: 'der', type: 'spki' });
      return [
        await issueLeafCertificate(
          { ...names, publicKey, issuedAt },
          { certificate: issuer.certificate, signer: dependencies.signerOf(issuer) },
        ),
      ];
    }
    await checkNames(signed, names);
    // Just what was checked: a text may hold a second request, and who knows which of them AWS reads.
    const request = { csr: signed.request.toString('pem'), keyHash: keyHashOf(signed.publicKey), identity: names.identity };
    return issueByPrivateCa(request, issuer, dependencies);
  }
}

function digestOf(configuration: IssuerConfiguration): string {
  return authoritiesDigest(configuration.issuer.certificate, rootsOf(configuration));
}

/** Each of them once: authorities of AWS Private CA may have one root. */
function rootsOf({ authorities }: IssuerConfiguration): readonly X509Certificate[] {
  return [...new Map(authorities.map(({ certificate }) => [certificate.fingerprint256, certificate])).values()];
}

function fieldsOf(leaf: X509Certificate): Readonly<Record<string, string>> {
  const { notBefore, notAfter } = validityOf(leaf);
  return {
    serialNumber: leaf.serialNumber,
    notBefore: notBefore.toISOString(),
    notAfter: notAfter.toISOString(),
    fingerprint: leaf.fingerprint256,
  };
}
