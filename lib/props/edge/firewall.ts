import { factoryInput } from '../factory-input';

/**
 * Web ACL of AWS WAF for the stage of a REST API, or for a load balancer. AWS WAF looks at requests before authorizers do, and refuses with
 * 403.
 *
 * @example
 * const options: RestApiOptions = {
 *   authorizer: Authorizer.iam(),
 *   firewall: Firewall.managed(),
 *   routes: { 'ANY /orders/{proxy+}': { service: 'orders' } },
 * };
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-control-access-aws-waf.html
 */
export class Firewall {
  /**
   * Creates a web ACL with three groups of rules that AWS manages: its list of addresses with a bad reputation, the common rule set, and
   * known bad inputs. Bodies above 8 KB, which the common rule set would refuse, are counted, not refused. The web ACL costs by the month,
   * and by the request.
   *
   * @see https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-baseline.html
   * @see https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-ip-rep.html
   */
  public static managed(): Firewall {
    return new Firewall('managed');
  }

  /**
   * Uses a web ACL that exists.
   *
   * @param webAclArn ARN of a web ACL with the scope `REGIONAL`, of the Region of the edge, such as `attrArn` of a `CfnWebACL`
   */
  public static webAcl(webAclArn: string): Firewall {
    return new Firewall('webAcl', webAclArn);
  }

  /** @internal */
  public readonly _type = 'Firewall';

  private constructor(
    private readonly kind: string,
    private readonly webAclArn?: string,
  ) {}

  /** @internal */
  public _input(): unknown {
    return factoryInput(this.kind === 'webAcl' ? { webAclArn: this.webAclArn } : {}, { kind: this.kind });
  }
}
