import { authoritySetHandler } from '../../../../programs/functions/authority-set/handler';
import type { TaskReports } from '../../../../programs/functions/authority-set/task-reports';
import type { CustomResourceAnswer, CustomResourceEvent } from '../../../../programs/functions/custom-resource-event';
import { oneLineOf } from '../../../../programs/functions/x509/one-line-certificate';
import { jsonLog } from '../../../../programs/shared/log';
import { SCOPE, type AnyTestAuthority } from './authorities';

export interface AuthoritySet {
  readonly authorities: readonly AnyTestAuthority[];
  readonly issuer: AnyTestAuthority;
  /** @default - as the guard has it */
  readonly settleSeconds?: number;
  /** Of the mesh. Undefined: as an earlier version of the library has it. */
  readonly scope?: string | undefined;
}

export type Properties = CustomResourceEvent['ResourceProperties'];

/** As CloudFormation hands them over: everything is text. */
export function propertiesOf({ authorities, issuer, settleSeconds, ...more }: AuthoritySet): Properties {
  const scope = 'scope' in more ? more.scope : SCOPE;
  return {
    Authorities: authorities.map(({ name, certificate }) => ({ Name: name, Certificate: oneLineOf(certificate) })),
    Issuer: issuer.name,
    ...(scope === undefined ? {} : { Scope: scope }),
    ...(settleSeconds === undefined ? {} : { SettleSeconds: String(settleSeconds) }),
  };
}

interface State {
  readonly physicalId: string;
  readonly properties: Properties;
}

const IDS = { StackId: 'arn:aws:cloudformation:eu-west-1:111111111111:stack/shop/1', LogicalResourceId: 'Authorities' };

/** No task says anything. */
const SILENT: TaskReports = { lastHeard: () => Promise.resolve(undefined), lastChange: () => Promise.resolve(undefined) };

/** The guard's custom resource in the hands of CloudFormation, which knows no more of it than its properties and its physical ID. */
export class AuthoritySetResource {
  readonly lines: string[] = [];
  private readonly handler: (event: CustomResourceEvent) => Promise<CustomResourceAnswer>;
  private before: State | undefined;

  private constructor(
    now: () => Date,
    reports: TaskReports,
    private state: State,
  ) {
    this.handler = authoritySetHandler({ now, reports, log: jsonLog((line) => this.lines.push(line)) });
  }

  static async create(now: () => Date, properties: Properties, reports: TaskReports = SILENT): Promise<AuthoritySetResource> {
    const resource = new AuthoritySetResource(now, reports, { physicalId: '', properties });
    const { PhysicalResourceId: physicalId } = await resource.handler({ RequestType: 'Create', ...IDS, ResourceProperties: properties });
    resource.state = { physicalId, properties };
    return resource;
  }

  /** One that is there already, as an earlier release of the guard left it. */
  static existing(now: () => Date, physicalId: string, properties: Properties, reports: TaskReports = SILENT): AuthoritySetResource {
    return new AuthoritySetResource(now, reports, { physicalId, properties });
  }

  get physicalId(): string {
    return this.state.physicalId;
  }

  /** A deployment. If it is refused, CloudFormation goes back, which is never refused; the reason of the refusal is thrown. */
  async update(properties: Properties): Promise<CustomResourceAnswer> {
    const { physicalId } = this.state;
    try {
      const answer = await this.change(this.state.properties, properties);
      this.before = this.state;
      this.state = { physicalId: answer.PhysicalResourceId, properties };
      await this.cleanUp(physicalId);
      return answer;
    } catch (refusal) {
      // What failed is what was before, by CloudFormation's account; the physical ID is that of the last success.
      const { PhysicalResourceId: after } = await this.change(properties, this.state.properties).catch((error: unknown) => {
        // Not quoted, so that nobody takes it for the refusal.
        throw new Error('the way back from a refused change was refused', { cause: error });
      });
      this.state = { ...this.state, physicalId: after };
      throw refusal;
    }
  }

  /** Something else in the deployment failed after the guard had agreed. */
  async rollBack(): Promise<CustomResourceAnswer> {
    if (this.before === undefined) throw new Error('there is nothing to go back to');
    const { properties } = this.before;
    const answer = await this.change(this.state.properties, properties);
    this.before = undefined;
    this.state = { physicalId: answer.PhysicalResourceId, properties };
    return answer;
  }

  /**
   * The same, as CloudFormation may do it where the physical ID has changed: what was made goes, and what was before counts again.
   * https://github.com/aws/aws-cdk/issues/17040
   */
  async updateAndTakeBack(properties: Properties): Promise<void> {
    const { PhysicalResourceId: made } = await this.change(this.state.properties, properties);
    await this.cleanUp(made, properties);
  }

  delete(): Promise<CustomResourceAnswer> {
    return this.cleanUp(this.physicalId);
  }

  private change(from: Properties, to: Properties): Promise<CustomResourceAnswer> {
    return this.handler({
      RequestType: 'Update',
      ...IDS,
      PhysicalResourceId: this.state.physicalId,
      ResourceProperties: to,
      OldResourceProperties: from,
    });
  }

  /** What CloudFormation does when a physical ID is no longer used. */
  private async cleanUp(physicalId: string, properties = this.state.properties): Promise<CustomResourceAnswer> {
    const answer = await this.handler({ RequestType: 'Delete', ...IDS, PhysicalResourceId: physicalId, ResourceProperties: properties });
    if (answer.PhysicalResourceId !== physicalId) throw new Error('a resource that is deleted may not change its physical ID');
    return answer;
  }
}
