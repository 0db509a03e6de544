import * as fc from 'fast-check';
import { LARGE_REGEXES } from '../../lib/core/envoy/bootstrap';
import { layeredRuntime } from '../../lib/core/envoy/runtime';
import { checkRegex } from '../../lib/core/reading/check-regex';
import { pattern } from '../core/reading/patterns';
import { run } from './runner/run-process';
import { e2e } from './suite';
import { findTools } from './tools';

/** An Envoy that matches by these. */
function configuration(patterns: readonly string[]): string {
  return JSON.stringify({
    ...layeredRuntime([LARGE_REGEXES]),
    static_resources: {
      listeners: [
        {
          name: 'all',
          address: { socket_address: { address: '127.0.0.1', port_value: 10_000 } },
          filter_chains: [
            {
              filters: [
                {
                  name: 'http',
                  typed_config: {
                    '@type': 'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
                    stat_prefix: 'all',
                    route_config: {
                      virtual_hosts: [
                        {
                          name: 'all',
                          domains: ['*'],
                          routes: patterns.map((regex) => ({ match: { safe_regex: { regex } }, direct_response: { status: 200 } })),
                        },
                      ],
                    },
                    http_filters: [
                      { name: 'router', typed_config: { '@type': 'type.googleapis.com/envoy.extensions.filters.http.router.v3.Router' } },
                    ],
                  },
                },
              ],
            },
          ],
        },
      ],
    },
  });
}

const validate = async (patterns: readonly string[]): Promise<number> =>
  (await run([findTools().envoy, '--mode', 'validate', '--config-yaml', configuration(patterns)], { timeoutMs: 60_000 })).code;

e2e('regular expressions', () => {
  // What is larger than what is generated, and everything that may be written at all.
  const large = [
    '.{300}',
    '[^/]{300}',
    '(a{30}){30}',
    'a{1000}',
    '(?i)(k{1000}|s{1000})',
    '[a-z0-9]{500}',
    '\\D{100}\\W{100}\\S{100}',
    `(${'a|'.repeat(200)}b)`,
    '(?i)[a-z]{1000}',
    '[\\D\\W\\S]+',
    '[+--]',
    '[a-]',
    '[-a]',
    '(|a)',
    '\\b\\B',
    ...'!"#$%&\'()*+,-./:;<=>?@[\\]^`{|}~'.split('').map((character) => `\\${character}[\\${character}]`),
  ];

  test('that are accepted here are accepted by a real Envoy', async () => {
    const arbitrary = fc.oneof(
      pattern,
      fc.string({ unit: fc.constantFrom(...Array.from('abz09-_/.^$|()[]{}*+?\\dw,:i!=<P&')), minLength: 1, maxLength: 10 }),
    );
    const accepted = [...large, ...fc.sample(arbitrary, 1500)].filter((text) => 'groups' in checkRegex(text));
    expect(accepted.length).toBeGreaterThan(700);
    expect(large.filter((text) => !accepted.includes(text))).toEqual([]);
    // Where one is not, the others are not asked: the pattern is found by halves.
    let suspects: readonly string[] = accepted;
    if ((await validate(suspects)) === 0) return;
    while (suspects.length > 1) {
      const half = suspects.slice(0, suspects.length / 2);
      suspects = (await validate(half)) === 0 ? suspects.slice(suspects.length / 2) : half;
    }
    expect({ refusedByEnvoy: suspects }).toEqual({ refusedByEnvoy: [] });
  });

  test.each(['(?=a)', '(a)\\1', 'a**', '[z-a]', 'a{1001}', '(a{40}){40}', '[[:nope:]]', '(', 'a++'])(
    'fails in a real Envoy if it is %s, so that there is a reason to refuse it',
    async (text) => {
      expect('groups' in checkRegex(text)).toBe(false);
      expect(await validate([text])).not.toBe(0);
    },
  );
});
