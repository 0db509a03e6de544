import { createHash } from 'node:crypto';
import { ACMPCAClient } from '@aws-sdk/client-acm-pca';
import { x509 } from '../../../../programs/shared/x509/certificate-library';
import { fakeRequestHandler, ServiceError, type CallHooks, type Fields } from '../../../../programs/emulator/aws/fake-aws';
import { PRIVATE_CA_BACKDATED_MS, type PrivateCa } from './private-authorities';

interface Issued {
  readonly arn: string;
  readonly certificate: x509.X509Certificate;
  readonly ca: PrivateCa;
  readonly token: string | undefined;
  readonly at: number;
}

const DAY_MS = 24 * 60 * 60 * 1000;
const TOKEN_LASTS_MS = 5 * 60 * 1000;
const LONGEST_DAYS = 7;
const SIGNING: Readonly<Record<string, string>> = {
  EC_prime256v1: 'SHA256WITHECDSA',
  EC_secp384r1: 'SHA384WITHECDSA',
  EC_secp521r1: 'SHA512WITHECDSA',
  RSA_2048: 'SHA256WITHRSA',
};

/**
 * AWS Private CA with authorities in short-lived mode, as AWS documents it: what is issued is real, begins an hour ago,
 * and is the same for the same token within five minutes, whatever else is in the request.
 */
export class FakePrivateCa {
  readonly issued: Issued[] = [];
  readonly requests: Fields[] = [];
  /** How often a certificate is asked for in vain before it is there. */
  inProgress = 0;
  /** Replaces what AWS Private CA would answer. */
  change: (operation: string, answer: Fields) => Fields = (_, answer) => answer;

  constructor(
    private readonly now: () => Date,
    private readonly authorities: () => readonly PrivateCa[],
  ) {}

  client(hooks: CallHooks = {}, attempts = 1): ACMPCAClient {
    return new ACMPCAClient({
      region: 'eu-west-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      retryMode: 'adaptive',
      maxAttempts: attempts,
      requestHandler: fakeRequestHandler(async (operation, input) => this.change(operation, await this.call(operation, input)), hooks),
    });
  }

  private async call(operation: string, input: Fields): Promise<Fields> {
    const arn = String(input.CertificateAuthorityArn);
    const ca = this.authorities().find((each) => each.arn === arn);
    if (ca === undefined) throw new ServiceError('ResourceNotFoundException', `Could not find Certificate Authority ${arn}`);
    switch (operation) {
      case 'DescribeCertificateAuthority':
        return {
          CertificateAuthority: {
            Arn: ca.arn,
            Status: ca.status,
            UsageMode: 'SHORT_LIVED_CERTIFICATE',
            CertificateAuthorityConfiguration: { KeyAlgorithm: ca.keyAlgorithm, SigningAlgorithm: 'SHA256WITHRSA', Subject: {} },
          },
        };
      case 'GetCertificateAuthorityCertificate':
        return this.certificateOf(ca);
      case 'IssueCertificate':
        return this.issue(ca, input);
      case 'GetCertificate':
        return this.certificate(input);
      default:
        throw new ServiceError('UnknownOperationException', operation);
    }
  }

  private certificateOf(ca: PrivateCa): Fields {
    if (ca.status !== 'ACTIVE')
      throw new ServiceError('InvalidStateException', `Certificate authority ${ca.arn} is not in the correct state to have a certificate`);
    return { Certificate: ca.certificate.toString('pem'), ...(ca.chain.length === 0 ? {} : { CertificateChain: pem(ca.chain) }) };
  }

  private async issue(ca: PrivateCa, input: Fields): Promise<Fields> {
    this.requests.push(input);
    if (ca.status !== 'ACTIVE')
      throw new ServiceError('InvalidStateException', `The certificate authority ${ca.arn} is not in a valid state to issue certificates.`);
    const token = typeof input.IdempotencyToken === 'string' ? input.IdempotencyToken : undefined;
    if (token !== undefined && !/^[\t\n\r -ÿ]{1,36}$/.test(token))
      throw new ServiceError('ValidationException', "Value at 'idempotencyToken' failed to satisfy constraint");
    const known = this.issued.find(
      (each) => each.ca === ca && each.token !== undefined && each.token === token && this.now().getTime() - each.at < TOKEN_LASTS_MS,
    );
    if (known !== undefined) return { CertificateArn: known.arn };
    if (input.TemplateArn !== `arn:${ca.arn.split(':')[1] ?? ''}:acm-pca:::template/EndEntityCertificate/V1`)
      throw new ServiceError('InvalidArgsException', `Invalid template ${String(input.TemplateArn)}`);
    if (input.SigningAlgorithm !== SIGNING[ca.keyAlgorithm])
      throw new ServiceError('InvalidArgsException', "The signing algorithm must match the algorithm family of the CA's key.");
    const { Type: unit, Value: days } = input.Validity as { readonly Type: string; readonly Value: number };
    if (unit !== 'DAYS' || days > LONGEST_DAYS)
      throw new ServiceError('ValidationException', 'Short-lived certificates are valid for at most 7 days.');
    const certificate = await this.sign(ca, Buffer.from(String(input.Csr), 'base64').toString(), days);
    const arn = `${ca.arn}/certificate/${createHash('sha256').update(new Uint8Array(certificate.rawData)).digest('hex').slice(0, 32)}`;
    this.issued.push({ arn, certificate, ca, token, at: this.now().getTime() });
    return { CertificateArn: arn };
  }

  private async sign(ca: PrivateCa, csr: string, days: number): Promise<x509.X509Certificate> {
    const request = new x509.Pkcs10CertificateRequest(csr);
    if (!(await request.verify()))
      throw new ServiceError('MalformedCSRException', 'The certificate signing request is not signed by its key.');
    const names = request.extensions.find((extension) => extension instanceof x509.SubjectAlternativeNameExtension);
    return x509.X509CertificateGenerator.create({
      subject: request.subjectName,
      issuer: ca.certificate.subjectName,
      publicKey: request.publicKey,
      signingKey: ca.keys.privateKey,
      signingAlgorithm: ca.algorithm,
      notBefore: new Date(this.now().getTime() - PRIVATE_CA_BACKDATED_MS),
      notAfter: new Date(this.now().getTime() + days * DAY_MS),
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, false),
        await x509.AuthorityKeyIdentifierExtension.create(ca.keys.publicKey),
        await x509.SubjectKeyIdentifierExtension.create(request.publicKey),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyEncipherment, true),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth, x509.ExtendedKeyUsage.clientAuth]),
        ...(names === undefined ? [] : [names]),
      ],
    });
  }

  private certificate(input: Fields): Fields {
    const issued = this.issued.find((each) => each.arn === input.CertificateArn);
    if (issued === undefined)
      throw new ServiceError('ResourceNotFoundException', `Could not find certificate ${String(input.CertificateArn)}`);
    if (this.inProgress > 0) {
      this.inProgress -= 1;
      throw new ServiceError('RequestInProgressException', 'The certificate is being issued');
    }
    return { Certificate: issued.certificate.toString('pem'), CertificateChain: pem([issued.ca.certificate, ...issued.ca.chain]) };
  }
}

function pem(certificates: readonly x509.X509Certificate[]): string {
  return certificates.map((certificate) => certificate.toString('pem')).join('\n');
}
