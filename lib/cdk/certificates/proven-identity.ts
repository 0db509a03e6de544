import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { IDENTITY_TAG, MESH_TAG } from '../../core/contract/issuing';
import { areSeparate } from '../stack-order';
import { warn } from '../warn';
import { contextKey } from './identity-key';

/** Where whoever has an identity gets its certificates. */
export interface Issuing {
  /** Of the mesh: see lib/core/contract/scope.ts. */
  readonly meshScope: string;
  readonly identityKeyArn: string;
  readonly issuerArn: string;
}

/** An identity of the mesh. Whose it is, a role decides: that of the tasks of a service, or of a client. */
export interface ProvenIdentity extends Issuing {
  /** The SPIFFE ID. */
  readonly uri: string;
}

/** What a role needs to prove an identity; `tagIdentity` belongs to it. */
export function identityStatement({ uri, identityKeyArn }: Pick<ProvenIdentity, 'uri' | 'identityKeyArn'>): iam.PolicyStatement {
  return new iam.PolicyStatement({
    actions: ['kms:Encrypt'],
    resources: [identityKeyArn],
    // The key is of one mesh, and its policy asks for the whole context: this says which identity.
    conditions: { StringEquals: { [contextKey('identity')]: uri } },
  });
}

/**
 * The key's policy compares the tags with the identity that the role proves, and with its own mesh.
 *
 * @returns whether the role is one of the app, which can be tagged
 */
export function setIdentityTags(role: iam.IRole, { uri, meshScope }: Pick<ProvenIdentity, 'uri' | 'meshScope'>): boolean {
  const { defaultChild } = role.node;
  if (!(defaultChild instanceof iam.CfnRole)) return false;
  // Not by `Tags`, which works in an Aspect.
  defaultChild.tags.setTag(IDENTITY_TAG, uri);
  defaultChild.tags.setTag(MESH_TAG, meshScope);
  return true;
}

/**
 * The role of a service's tasks.
 *
 * @param own says that the role is the user's: where what needs it stands, and where the role stands in the props
 */
export function tagIdentity(
  role: iam.IRole,
  identity: Pick<ProvenIdentity, 'uri' | 'meshScope'>,
  own?: { readonly scope: Construct; readonly path: string },
): void {
  const { uri } = identity;
  // What comes before the mesh cannot name its zone, in a tag either.
  const isBefore = own !== undefined && areSeparate(role, own.scope);
  // Else it is one that somebody has made, by `Role.customizeRoles()`, or an imported one.
  if (isBefore || !setIdentityTags(role, identity))
    warn(own?.scope ?? role, [
      {
        id: 'role-without-identity',
        path: own?.path ?? 'services',
        message:
          `the role ${own === undefined ? role.roleName : role.node.path} is not made by this ${own === undefined ? 'app' : 'stack'}, so ` +
          `it has no tags by which its tasks prove who they are: give it the tag ${IDENTITY_TAG} with the value ${uri}, and the tag ` +
          `${MESH_TAG} with that of MESH_SCOPE in MESH_SHARED of the task definition (the domain, a slash, and the ID of the private ` +
          'hosted zone), or they get no certificate',
      },
    ]);
}
