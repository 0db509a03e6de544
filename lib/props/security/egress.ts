/**
 * Where tasks may connect to, past what their security groups say of each other. A security group knows ports and
 * addresses, and no names of hosts: it is the last fence, not the first.
 *
 * @example
 * const props: MicroservicesProps = { services, egress: Egress.open() };
 */
export class Egress {
  /**
   * The tasks of the mesh, HTTPS (port 443) and the ports of external services that the service lists in `calls`; all else is
   * dropped. HTTPS is open to every address, since a task asks AWS for its image, its secrets and its certificate and sends
   * its logs there: so this keeps nobody from sending something to a stranger by HTTPS. What a service needs beside it is
   * opened by its connections, such as `database.connections.allowDefaultPortFrom(shop.service('orders'))` or
   * `shop.service('orders').connections.allowTo(Peer.ipv4('10.1.0.0/16'), Port.tcp(25))`. DNS from the VPC's resolver, the
   * time and the task's credentials are never dropped: security groups do not look at them.
   *
   * @see https://docs.aws.amazon.com/vpc/latest/userguide/vpc-security-groups.html
   */
  public static declared(): Egress {
    return new Egress('declared');
  }

  /** Everything, as security groups have it by default. */
  public static open(): Egress {
    return new Egress('open');
  }

  /** @internal */
  public readonly _type = 'Egress';

  private constructor(private readonly kind: string) {}

  /** @internal */
  public _input(): unknown {
    return { kind: this.kind };
  }
}
