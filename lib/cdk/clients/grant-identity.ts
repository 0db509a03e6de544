import * as iam from 'aws-cdk-lib/aws-iam';
import { IDENTITY_TAG, MESH_TAG } from '../../core/contract/issuing';
import type { ProvenIdentity } from '../certificates/proven-identity';
import { identityStatement, setIdentityTags } from '../certificates/proven-identity';
import { warn } from '../warn';

/** Lets a role that somebody else has made prove the identity of a client, and ask for its certificate. */
export function grantIdentity(role: iam.IRole, path: string, identity: ProvenIdentity): void {
  const statements = [
    identityStatement(identity),
    new iam.PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [identity.issuerArn] }),
  ];
  for (const statement of statements) role.addToPrincipalPolicy(statement);
  if (setIdentityTags(role, identity)) return;
  warn(role, [
    {
      id: 'role-without-identity',
      path: `${path}.role`,
      message:
        `the role ${role.roleName} is not made by this app, so it has no tags by which the client proves who it is: give it the tag ` +
        `${IDENTITY_TAG} with the value ${identity.uri}, and the tag ${MESH_TAG} with "scope" of the client's configuration (the domain, ` +
        'a slash, and the ID of the private hosted zone), or it gets no certificate. If this app does not manage its policies, either, ' +
        'let it use kms:Encrypt on "identityKeyArn" and lambda:InvokeFunction on "issuerArn" of the configuration',
    },
  ]);
}
