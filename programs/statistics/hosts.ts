/** A task that an Envoy sends to, or would if it were healthy. */
export interface Host {
  readonly cluster: string;
  /** With the port. */
  readonly address: string;
  /** Empty: it is healthy. Such as `failed_active_hc` or `failed_outlier_check`. */
  readonly failed: readonly string[];
}

export const HOSTS_PATH = '/clusters';

/**
 * Which tasks an Envoy knows, by its text: it allows no other form of it.
 * https://www.envoyproxy.io/docs/envoy/latest/operations/admin#get--clusters
 *
 * @param text what Envoy answers to `HOSTS_PATH`
 */
export function readHosts(text: string): readonly Host[] {
  return text.split('\n').flatMap((line) => {
    const [, cluster = '', address = '', flags = ''] = /^(.+?)::(.+)::health_flags::(.*)$/.exec(line) ?? [];
    if (cluster === '' || cluster.startsWith('_')) return [];
    return [{ cluster, address, failed: flags.split('/').filter((flag) => flag !== '' && flag !== 'healthy') }];
  });
}
