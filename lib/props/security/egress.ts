/**
 * Destinations to which tasks may connect, beside those that security groups allow between tasks. A security group knows ports
 * and addresses, but no host names, so it is the last line of defense, not the first.
 *
 * @example
 * const props: MicroservicesProps = { services, egress: Egress.open() };
 */
export class Egress {
  /**
   * Allows the tasks of the mesh, HTTPS (port 443) and the ports of external services that the service lists in `calls`; all
   * else is dropped. HTTPS is open to every address, since a task gets its image, its secrets and its certificate from AWS and
   * sends its logs there, so this does not prevent exfiltration by HTTPS. What a service needs beside it is opened by its
   * connections, such as `database.connections.allowDefaultPortFrom(shop.service('orders'))` or
   * `shop.service('orders').connections.allowTo(Peer.ipv4('10.1.0.0/16'), Port.tcp(25))`. DNS from the VPC's resolver, the
   * time and the task's credentials are never dropped: security groups do not look at them.
   *
   * @see https://docs.aws.amazon.com/vpc/latest/userguide/vpc-security-groups.html
   */
  public static declared(): Egress {
    return new Egress('declared');
  }

  /** Allows everything, as security groups do by default. */
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
