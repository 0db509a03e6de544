/**
 * Longer than an Application Load Balancer keeps a connection to a target at most (4000 seconds), or it would send a request into one
 * that is being closed, and answer 502.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html#connection-idle-timeout
 */
export const APPLICATION_IDLE_SECONDS = 4060;
