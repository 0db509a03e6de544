import type { Stack } from 'aws-cdk-lib';

/**
 * Where the services and edges of a group stand. `docs/large-systems.md` says how to choose, and how to move what is deployed.
 *
 * @example
 * new Microservices(this, 'Shop', {
 *   groups: { payments: Placement.nestedStack() },
 *   services: {
 *     ui: { image, port: 8080, calls: ['orders'] },
 *     orders: { image, port: 8080, group: 'payments' },
 *   },
 * });
 */
export class Placement {
  /**
   * Creates a nested stack for the group, below the stack of the system, which is deployed together with it. A template takes 500
   * resources, and a stack with all of its nested stacks about 2,500 in one deployment.
   */
  public static nestedStack(): Placement {
    return new Placement('nestedStack');
  }

  /**
   * Places the group in a stack of your own, below a construct with the ID of the system. It is deployed after the stack of the system,
   * and otherwise apart from it.
   *
   * @param stack stack of the same app, account and Region, which is no nested stack, and in which no other group stands
   */
  public static stack(stack: Stack): Placement {
    return new Placement('stack', stack);
  }

  /** @internal */
  public readonly _type = 'Placement';

  private constructor(
    /** @internal */
    public readonly _kind: 'nestedStack' | 'stack',
    /** @internal */
    public readonly _stack?: Stack,
  ) {}

  /** @internal */
  public _input(): unknown {
    return { kind: this._kind, ...(this._kind === 'stack' ? { stack: this._stack } : {}) };
  }
}
