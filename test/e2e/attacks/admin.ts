/** What a container of the task, or an application that can be talked into a request, may ask of Envoy's admin interface. */

export interface AdminAttack {
  readonly path: string;
  readonly method?: string;
  readonly status: number;
}

const refused = (path: string, method?: string): AdminAttack => ({ path, status: 403, ...(method === undefined ? {} : { method }) });

export const ADMIN: readonly AdminAttack[] = [
  { path: '/ready', status: 200 },
  { path: '/certs', status: 200 },
  { path: '/clusters', status: 200 },
  { path: '/listeners', status: 200 },
  { path: '/stats?filter=server.live', status: 200 },
  // It has the whole configuration in it.
  refused('/server_info'),
  refused('/server_info?x'),
  refused('/config_dump'),
  refused('/config_dump?include_eds'),
  refused('//config_dump'),
  refused('/./config_dump'),
  refused('/ready/../config_dump'),
  refused('/certs/../config_dump'),
  refused('/%63onfig_dump'),
  refused('/ready%2f..%2fconfig_dump'),
  refused('/CONFIG_DUMP'),
  refused('/init_dump'),
  refused('/runtime'),
  refused('/runtime_modify?a=1', 'POST'),
  refused('/memory'),
  refused('/contention'),
  refused('/help'),
  refused('/'),
  refused('/hot_restart_version'),
  refused('/hystrix_event_stream'),
  refused('/cpuprofiler?enable=y', 'POST'),
  refused('/heapprofiler?enable=y', 'POST'),
  refused('/heap_dump'),
  refused('/logging?level=trace', 'POST'),
  refused('/reset_counters', 'POST'),
  refused('/reopen_logs', 'POST'),
  refused('/quitquitquit', 'POST'),
  refused('/tap', 'POST'),
];

/** These begin as what is allowed. What comes back, if anything, must not be the configuration. */
export const BESIDE: readonly string[] = [
  '/stats/../config_dump',
  '/stats/../server_info',
  '/stats%2f..%2fconfig_dump',
  '/drain_listeners/../config_dump',
  '/stats/..;/config_dump',
  '/statsconfig_dump',
];
