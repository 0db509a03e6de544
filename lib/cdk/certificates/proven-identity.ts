import * as iam from 'aws-cdk-lib/aws-iam';
import { IDENTITY_TAG, proofContext } from '../../core/contract/issuing';
import { onlyUnder } from './identity-key';

/** Where whoever has an identity gets its certificates. */
export interface Issuing {
  readonly meshName: string;
  readonly identityKeyArn: string;
  readonly issuerArn: string;
}

/** An identity of the mesh. Whose it is, a role decides: tasks of a service today, and anything else that has a role. */
export interface ProvenIdentity extends Issuing {
  /** The SPIFFE ID. */
  readonly uri: string;
}

/** What a role needs to prove an identity and to get a certificate for it; `tagIdentity` belongs to it. */
export function identityStatements({ uri, meshName, identityKeyArn, issuerArn }: ProvenIdentity): iam.PolicyStatement[] {
  return [
    new iam.PolicyStatement({
      actions: ['kms:Encrypt'],
      resources: [identityKeyArn],
      conditions: onlyUnder(proofContext(meshName, uri)),
    }),
    new iam.PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [issuerArn] }),
  ];
}

/** The key's policy compares the tag with the identity that the role proves. */
export function tagIdentity(role: iam.Role, { uri }: Pick<ProvenIdentity, 'uri'>): void {
  // Not by `Tags`, which works in an Aspect.
  (role.node.defaultChild as iam.CfnRole).tags.setTag(IDENTITY_TAG, uri);
}
