import { Aws } from 'aws-cdk-lib';
import * as acmpca from 'aws-cdk-lib/aws-acmpca';
import { Construct } from 'constructs';

const ROOT_YEARS = 10;

/**
 * A root authority of AWS Private CA in short-lived mode: its certificates live for 7 days at most, and it costs an
 * eighth of a general-purpose one. https://docs.aws.amazon.com/privateca/latest/userguide/short-lived-certificates.html
 */
export class PrivateRootAuthority extends Construct {
  readonly arn: string;

  constructor(scope: Construct, id: string, commonName: string) {
    super(scope, id);
    const authority = new acmpca.CfnCertificateAuthority(this, 'Authority', {
      type: 'ROOT',
      usageMode: 'SHORT_LIVED_CERTIFICATE',
      keyAlgorithm: 'EC_prime256v1',
      signingAlgorithm: 'SHA256WITHECDSA',
      subject: { commonName },
    });
    const certificate = new acmpca.CfnCertificate(this, 'Certificate', {
      certificateAuthorityArn: authority.attrArn,
      certificateSigningRequest: authority.attrCertificateSigningRequest,
      signingAlgorithm: 'SHA256WITHECDSA',
      // https://docs.aws.amazon.com/privateca/latest/userguide/template-definitions.html#RootCACertificate-V1
      templateArn: `arn:${Aws.PARTITION}:acm-pca:::template/RootCACertificate/V1`,
      validity: { type: 'YEARS', value: ROOT_YEARS },
    });
    // A dependency on this construct is one on the active authority.
    new acmpca.CfnCertificateAuthorityActivation(this, 'Activation', {
      certificateAuthorityArn: authority.attrArn,
      certificate: certificate.attrCertificate,
      status: 'ACTIVE',
    });
    this.arn = authority.attrArn;
  }
}
