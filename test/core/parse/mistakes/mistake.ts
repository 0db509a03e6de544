import { Opaque } from '../../../../lib/core/reading/input';
import type { IssueCode } from '../../../../lib/core/reading/issues';
import type { Raw } from '../../../support/parsing';
import { edge, image, mesh, routes, service, ui } from '../../../support/parsing';

/** One mistake: what the user did, and the path of the one issue that it must give. */
export interface Mistake {
  readonly did: string;
  readonly props: unknown;
  readonly path: string;
}

/** By the code of their issue. */
export type Mistakes = Readonly<Partial<Record<IssueCode, readonly Mistake[]>>>;

export const HUNDRED = 'a'.repeat(100);
export const CA_ARN = 'arn:aws:acm-pca:eu-west-1:111122223333:certificate-authority/11111111-2222-3333-4444-555555555555';

export const containers = (count: number): Raw =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`helper-${index}`, { image }]));
/** Environment variables, or secrets. */
export const variables = (count: number, value: unknown = 'x', prefix = 'V'): Raw =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`${prefix}${index}`, value]));
export const helper = (more: unknown): Raw => ui({ extraContainers: { helper: more } });
export const scaled = (scaling: unknown, more: Raw = {}): Raw => ui({ scaling, ...more });
export const namespace = (name: unknown, type: unknown = 'DNS_PRIVATE'): Opaque =>
  Object.assign(new Opaque({ namespaceName: 'n', namespaceId: 'i' }), { namespace: { name, type } });
export const zone = (zoneName: unknown, more: object = {}): Opaque =>
  Object.assign(new Opaque({ zoneName: 'n', hostedZoneId: 'i', ...more }), { zone: { zoneName } });

export const kms = (more: Raw): Raw => mesh({ ui: service() }, { certificates: { kind: 'kms', ...more } });
export const privateCa = (more: Raw): Raw => mesh({ ui: service() }, { certificates: { kind: 'privateCa', ...more } });
/** Rules of "orders", which "ui" calls and "other" does not. */
export const rules = (allow: unknown, more: Raw = {}, all: Raw = {}): Raw =>
  mesh({ ui: service({ calls: ['orders'] }), orders: service({ allow, ...more }), other: service() }, all);
export const rule = (one: unknown, more: Raw = {}, all: Raw = {}): Raw => rules([one], more, all);

export const route = (more: unknown): Raw => routes({ 'GET /': more });
export const authorizer = (value: unknown, kind = 'http'): Raw => edge({ authorizer: value }, kind);
export const cors = (value: Raw, kind = 'http'): Raw => edge({ cors: { allowOrigins: ['https://shop.example'], ...value } }, kind);
export const userPool = new Opaque({ userPoolId: 'p' });
export const userPoolClient = new Opaque({ userPoolClientId: 'c' });
export const handler = new Opaque({ functionArn: 'f' });

export class Person {
  readonly name = 'Ann';
}
