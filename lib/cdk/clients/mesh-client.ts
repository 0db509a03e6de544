import type { IConstruct } from 'constructs';
import type { IClient } from '../../client';
import type { ClientConfiguration } from '../../core/contract/client';
import { defined } from '../../core/defined';
import type { ClientPlan } from '../../core/plan/system-plan';
import { displayValue } from '../../core/reading/input';
import { suggest } from '../../core/reading/reader';
import type { Issuing } from '../certificates/proven-identity';
import { throwIssue } from '../throw-issue';

/** The handle of a client. */
export class MeshClientHandle implements IClient {
  readonly clientName: string;
  readonly identity: string;
  readonly configuration: string;

  constructor(
    private readonly system: IConstruct,
    private readonly plan: ClientPlan,
    { meshScope: scope, identityKeyArn, issuerArn }: Issuing,
  ) {
    const { name, identity, urls, renewSeconds } = plan;
    this.clientName = name;
    this.identity = identity.uri;
    const configuration: ClientConfiguration = {
      ...{ identity: identity.uri, scope, identityKeyArn, issuerArn, urls },
      ...defined({ renewSeconds }),
    };
    // ARNs and the ID of the zone, which CloudFormation fills in, have nothing that JSON would write otherwise.
    this.configuration = JSON.stringify(configuration);
  }

  url(service: string): string {
    const { name, urls } = this.plan;
    const url = Object.hasOwn(urls, service) ? urls[service] : undefined;
    if (url !== undefined) return url;
    return throwIssue(this.system, `client('${name}').url()`, 'UNDECLARED_CALL', `"${name}" does not call ${displayValue(service)}`, {
      got: null,
      ...suggest(service, Object.keys(urls)),
    });
  }
}
