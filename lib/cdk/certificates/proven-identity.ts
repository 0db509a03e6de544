import * as iam from 'aws-cdk-lib/aws-iam';
import { IDENTITY_TAG, proofContext } from '../../core/contract/issuing';
import { warn } from '../warn';
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
  const { defaultChild } = role.node;
  // Not by `Tags`, which works in an Aspect.
  if (defaultChild instanceof iam.CfnRole) defaultChild.tags.setTag(IDENTITY_TAG, uri);
  // A role that somebody has made, by `Role.customizeRoles()`.
  else
    warn(role, [
      {
        id: 'role-without-identity',
        path: 'services',
        message:
          `the role ${role.roleName} is not made by this app, so it has no tag by which its tasks prove who they are: ` +
          `give it the tag ${IDENTITY_TAG} with the value ${uri}, or they get no certificate`,
      },
    ]);
}
